"""Ring 4: what the documents, the closing message and `.env.example` say is so."""

import json
import re
from pathlib import Path

import pytest

from tests.baking import (
    DEFAULT,
    NOTHING,
    PARTS,
    ROOT,
    TEMPLATE,
    bake,
    bake_by_command,
    one_line_of,
    owned_by,
    steps_of,
)
from tests.resources import TEN
from tests.running import run
from tests.shell import CHECKS, NOWHERE, Shell
from tests.words import inline_commands, missing_paths, shell_blocks

OURS = sorted(path.name for path in ROOT.glob("*.md"))
OURS += sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
FOR_SERVICES = "CHANGELOG.md"
THEIRS = sorted(path.relative_to(TEMPLATE).as_posix() for path in TEMPLATE.rglob("*.md"))
OF_PARTS = set[str]().union(*map(owned_by, PARTS))

SETTINGS = """
import json, sys
from app.settings import Settings
from chassis.settings.names import setting_names

same = Settings(_env_file=sys.argv[1]) == Settings(_env_file=None)
print(json.dumps({"names": sorted(setting_names(Settings)), "same": same}))
"""


@pytest.fixture(scope="module", params=[True, False], ids=["with-parts", "without-parts"])
def service(
    request: pytest.FixtureRequest, installed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    if request.param:
        return installed
    return bake(tmp_path_factory.mktemp("words"), parts=NOTHING)


@pytest.mark.parametrize("name", OURS)
def test_the_template_documents_commands_that_exist(
    name: str, installed: Path, tools: Path
) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    place = installed if name == FOR_SERVICES else ROOT
    for block in shell_blocks(text):
        assert Shell(place, installed, tools).faults(block) == []
    for command in inline_commands(text, CHECKS):  # some are of the service
        places = (Shell(ROOT, installed, tools), Shell(installed, installed, tools))
        assert not all(shell.faults(command) for shell in places), command


@pytest.mark.parametrize("name", THEIRS)
def test_the_service_documents_commands_that_exist(name: str, service: Path, tools: Path) -> None:
    text = text_of(service / name)
    for commands in (*shell_blocks(text), *inline_commands(text, CHECKS)):
        assert Shell(service, service, tools).faults(commands) == []


@pytest.mark.parametrize("name", sorted({*OURS} - {FOR_SERVICES}))  # it names those of before
def test_the_template_names_paths_that_exist(name: str) -> None:
    assert missing_paths(ROOT / name, ROOT, TEMPLATE) == []


@pytest.mark.parametrize("name", THEIRS)
def test_the_service_names_paths_that_exist(name: str, service: Path) -> None:
    assert not text_of(service / name) or missing_paths(service / name, service) == []


def text_of(document: Path) -> str:
    """Nothing where it belongs to a part that was not taken."""
    if document.exists():
        return document.read_text(encoding="utf-8")
    assert any(document.as_posix().endswith(f"/{name}") for name in OF_PARTS)
    return ""


@pytest.mark.parametrize("example", [True, False])
def test_the_readme_says_how_small_the_app_is(tmp_path: Path, *, example: bool) -> None:
    made = bake(tmp_path, parts="example" if example else NOTHING)
    lines = {
        path.relative_to(made): len(path.read_text(encoding="utf-8").splitlines())
        for path in (made / "app").rglob("*.py")
    }
    of_features = sum(lines[path] for path in lines if "features" in path.parts)
    said = re.findall(r"\b(\d+)\b", first_screen(made).partition("\n`app/`")[2].partition("\n")[0])

    expected = [sum(lines.values()), of_features] if example else [sum(lines.values())]
    assert [int(number) for number in said] == pytest.approx(expected, abs=20)


def first_screen(project: Path) -> str:
    return (project / "README.md").read_text(encoding="utf-8").partition("\n## ")[0]


def test_the_closing_message_names_commands_that_exist(
    tmp_path: Path, installed: Path, tools: Path
) -> None:
    message = bake_by_command("--no-input", cwd=tmp_path).stdout
    commands = [one_line_of(message), *steps_of(message)]
    assert commands[1] == f"cd {DEFAULT}"
    assert Shell(tmp_path, installed, tools).faults("\n".join(commands)) == []


def test_the_resource_of_the_readme_is_one_that_is_made() -> None:
    readme = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    asked = f'make resource name=invoices fields="{TEN["invoices"]}"'

    assert [block.strip() for block in shell_blocks(readme) if "resource" in block] == [asked]


def test_a_command_within_a_sentence_is_found() -> None:
    text = """`make check`, `PORT=8001 make dev`, `make`, `app/main.py`, `frobnicate it`, `.env`,
`.venv/bin/python -m tools.postgres --`
```sh
make hidden
```
"""
    assert list(inline_commands(text, CHECKS)) == [
        "make check",
        "PORT=8001 make dev",
        ".venv/bin/python -m tools.postgres --",
    ]


def test_a_command_that_is_not_real_is_found(installed: Path, tools: Path) -> None:
    shell = Shell(ROOT, installed, tools)
    wrong = (
        "make nothing && uv run make nowhere  # a comment\nA=1 frobnicate | cruft chek\n"
        "README.md/none || hooks/none\ncd no-where"
    )
    assert len(shell.faults(wrong)) == 7


def test_the_example_of_settings_has_every_setting_with_its_default(
    installed: Path, tools: Path, tmp_path: Path
) -> None:
    text = (installed / ".env.example").read_text(encoding="utf-8")
    settings = re.findall(r"^(?:# ?)?([A-Z_]+)=(.*)$", text, re.MULTILINE)
    example = tmp_path / "env"
    defaults = (f"{name}={value}" for name, value in settings if value)
    example.write_text("\n".join(defaults), encoding="utf-8")
    command, given = (tools / "python", "-c", SETTINGS, example), {"DATABASE_URL": NOWHERE}
    real = json.loads(run(*command, cwd=installed, env=given).stdout)
    assert sorted(name for name, _ in settings) == real["names"]
    assert real["same"]
