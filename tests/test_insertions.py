"""Lists that a service and its template both add to, at the same place."""

from pathlib import Path

import pytest

from tests.baking import TEMPLATE, baked_from
from tests.conftest import commit
from tests.test_updates import change, template_tool

ADDED = {
    "app/api.py": {
        "from chassis.web.health": "from app.features.parcels.router import router as parcels\n",
        "]\n": "    parcels,\n",
    },
    "app/models.py": {
        "__all__": "from app.features.parcels.models import Parcel\n",
        '    "Base"': '    "Archive",\n',
    },
    "app/settings.py": {
        "from chassis.settings": "from app.features.parcels.settings import ParcelSettings\n",
        "    # Those of the team": "    parcels: ParcelSettings = ParcelSettings()\n",
    },
    "README.md": {"<!-- end of settings": "| `PARCELS_MAX` | `100` | Most parcels of a day. |\n"},
    "pyproject.toml": {
        '    "asyncpg': '    "asyncfast>=1",\n',
        '    "fastapi>': '    "faster>=1",\n',
        '    "orjson': '    "orderly>=1",\n',
        '    "sqlalchemy[': '    "sorted>=1",\n',
    },
}
"""Lines of a team, by what they come before: just where parts have their own."""
AT_THE_END = {
    ".env.example": "\n# Most parcels of a day.\n# PARCELS_MAX=100\n",
    "docs/runbook.md": "\n### `/problems/parcel-lost`\n\n409. It is searched for.\n",
}


@pytest.fixture
def project(clone: Path, tmp_path: Path) -> Path:
    made = baked_from(clone, tmp_path)
    for name, lines in ADDED.items():
        for place, added in lines.items():
            change(made / name, place, added + place)
    for name, added in AT_THE_END.items():
        with (made / name).open("a", encoding="utf-8") as file:
            file.write(added)
    commit(made, "Send parcels")
    return made


@pytest.mark.parametrize("name", ["accounts", "jobs", "llm", "select-ai"])
def test_a_part_and_a_team_that_add_lines_at_one_place_both_keep_theirs(
    project: Path, name: str
) -> None:
    lists = [*ADDED, *AT_THE_END]
    before = {path: set((project / path).read_text("utf-8").splitlines()) for path in lists}

    assert "make check" in template_tool(project, "part", name)

    now = {path: (project / path).read_text("utf-8") for path in lists}
    for path, lines in before.items():
        assert lines <= set(now[path].splitlines()), path
        assert "<<<<" not in now[path]
    assert f"chassis.{name.replace('-', '_')}.settings" in now["app/settings.py"]


def test_lines_that_both_changed_are_still_to_be_decided(project: Path, clone: Path) -> None:
    service = clone / TEMPLATE.name
    docstring = '"""Every router of the service, one line each."""'
    change(project / "app/api.py", docstring, '"""Our routers."""')
    commit(project, "Ours")
    change(service / "app/api.py", docstring, '"""The routers."""')
    change(service / "app/api.py", "{% endif %}\n]", "{% endif %}\n    theirs,\n]")
    commit(clone, "Theirs")

    told = template_tool(project, "update", ok=False)

    assert "decide, between the marks:\n  app/api.py\n" in told
    text = (project / "app/api.py").read_text("utf-8")
    assert text.startswith('<<<<<<< yours\n"""Our routers."""\n')
    assert text.count("<<<<<<<") == 1
    assert "    parcels,\n    theirs,\n]" in text
