"""Which resources can be imported and exported."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import BigInteger, MetaData, func, literal
from sqlalchemy.orm import Mapped, column_property, mapped_column
from typer.testing import CliRunner

from chassis.cli.service import Service
from chassis.cli.transfers import commands
from chassis.csv_files.exporting import export
from chassis.csv_files.importing import Import
from chassis.csv_files.resource import Resource
from chassis.database.model import NAMING_CONVENTION, Entity
from chassis.database.session import Database
from chassis.web.types import Input
from tests.chassis.csv_files.conftest import Run
from tests.chassis.csv_files.gadgets import Gadget
from tests.chassis.database.quick.other_models import Animal, Car, Dog, Forgetful, Heir, View
from tests.chassis.database.quick.plain_models import Compared


class Calculated(Entity):
    metadata = MetaData(schema="scratch", naming_convention=NAMING_CONVENTION)
    __tablename__ = "calculated"

    xmin: Mapped[int] = mapped_column(BigInteger, system=True)
    name: Mapped[str] = mapped_column()
    length: Mapped[int] = column_property(func.length(name))
    greeting = column_property(literal("Hello, ") + name)


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


class Named(Input):
    name: str


async def test_what_a_model_calculates_is_no_column(gadgets: Any, database: Database) -> None:
    calculated = Resource("calculated", Calculated, Named)
    assert [*calculated.columns] == ["id", "name", "created_at", "updated_at", "version"]

    async with database.engine.begin() as connection:
        await connection.run_sync(Calculated.metadata.create_all)
    file = BytesIO(b"name\nlamp\n")
    assert await Import(calculated, file).run(database, lambda *_: None) == 1
    written = BytesIO()
    assert await export(database, calculated, written, lambda *_: None) == 1
    assert written.getvalue().startswith(b"id,name,created_at,updated_at,version\n")
    assert await gadgets.fetchval("SELECT name FROM scratch.calculated") == "lamp"


def test_a_field_that_the_model_calculates_is_refused() -> None:
    class Wide(Named):
        length: int

    with pytest.raises(TypeError, match="Wide cannot be a line of a file: length is no column"):
        Resource("calculated", Calculated, Wide)


@pytest.mark.parametrize("model", [Animal, Dog, Car, Heir, View, Forgetful])
def test_a_model_that_is_more_than_a_row_of_values_is_refused(model: type[Compared]) -> None:
    with pytest.raises(TypeError, match=f"{model.__name__} cannot be lines of a file: it is more"):
        Resource("family", model, Named)


def test_a_schema_that_is_no_line_of_a_file_is_refused() -> None:
    class Nested(Input):
        name: str
        lines: list[str]

    with pytest.raises(TypeError, match="Nested cannot be a line of a file: lines is no column"):
        Resource("gadgets", Gadget, Nested)
