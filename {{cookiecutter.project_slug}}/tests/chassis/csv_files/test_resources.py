"""Which resources can be imported and exported."""

import pytest
from typer.testing import CliRunner

from chassis.cli.service import Service
from chassis.cli.transfers import commands
from chassis.csv_files.resource import Resource
from chassis.web.types import Input
from tests.chassis.csv_files.conftest import Run
from tests.chassis.csv_files.gadgets import Gadget


async def test_an_unknown_resource_is_told_with_those_that_are_known(run: Run) -> None:
    ended = await run("import", "gadgetz")

    assert ended.status == 2
    said = " ".join(ended.said.replace("│", " ").split())
    assert "'gadgetz' is no resource to import or export; there are: gadgets. Add" in said
    assert "app/transfers.py" in said


def test_a_service_without_resources_says_where_to_add_one(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(commands, ["import", "products"], obj=Service(""))

    said = " ".join(result.stderr.replace("│", " ").split())
    assert "there is none yet. Add it to app/transfers.py." in said


def test_a_schema_that_is_no_line_of_a_file_is_refused() -> None:
    class Nested(Input):
        name: str
        lines: list[str]

    with pytest.raises(TypeError, match="Nested cannot be a line of a file: lines is no column"):
        Resource("gadgets", Gadget, Nested)
