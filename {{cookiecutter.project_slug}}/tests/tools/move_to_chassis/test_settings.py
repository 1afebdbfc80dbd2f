"""The team's settings, which a merge has carried into the chassis with the modules they were in."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.move_to_chassis.settings import ALL, GROUPS, OWN, take

TEMPLATE = {
    GROUPS: '''\
"""The groups."""

from pydantic import BaseModel, Field

LIMIT = 5


class Group(BaseModel):
    """One."""


class LogSettings(Group):
    level: str = "info"
    """How much."""
''',
    ALL: '''\
"""All."""

from chassis.settings.groups import LogSettings


class Settings:
    """All settings."""

    log: LogSettings = LogSettings()

    def told(self) -> str:
        return "told"


def outside() -> None: ...
''',
    OWN: '''\
"""The service's own."""

from chassis.settings import Settings as ChassisSettings


class Settings(ChassisSettings):
    """Each field is a variable."""
''',
}
GROUP = '''\
# Whose requests they are.
class TenantSettings(Group):
    count: int = Field(LIMIT, ge=1)
    """How many."""


'''
FIELDS = '''\
    tenant: TenantSettings = TenantSettings()
    greeting: str = "Hello"
    """What is said first."""

'''
TAKEN = '''\
"""The service's own."""

from chassis.settings import Settings as ChassisSettings
from chassis.settings.groups import Group
from chassis.settings.groups import LIMIT
from pydantic import Field


# Whose requests they are.
class TenantSettings(Group):
    count: int = Field(LIMIT, ge=1)
    """How many."""


class Settings(ChassisSettings):
    """Each field is a variable."""

    tenant: TenantSettings = TenantSettings()
    greeting: str = "Hello"
    """What is said first."""
'''


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the service has: the template's, with the team's additions."""
    monkeypatch.chdir(tmp_path)
    return TEMPLATE | {
        GROUPS: TEMPLATE[GROUPS].replace("class Log", f"{GROUP}class Log"),
        ALL: TEMPLATE[ALL].replace(
            "groups import LogSettings", "groups import LogSettings, TenantSettings"
        ).replace("    def told", f"{FIELDS}    def told"),
    }  # fmt: skip


def write(files: Mapping[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def written() -> dict[str, str]:
    return {name: Path(name).read_text(encoding="utf-8") for name in TEMPLATE}


def test_groups_and_fields_of_the_team_go_to_the_app(files: dict[str, str]) -> None:
    write(files)
    assert take(TEMPLATE.__getitem__)
    assert written() == TEMPLATE | {OWN: TAKEN}


def test_a_second_time_there_is_nothing_to_take(files: dict[str, str]) -> None:
    write(files | {OWN: TAKEN, GROUPS: TEMPLATE[GROUPS], ALL: TEMPLATE[ALL]})
    assert not take(TEMPLATE.__getitem__)
    assert written()[OWN] == TAKEN


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (GROUPS, 'level: str = "info"', 'level: str = "debug"'),
        (GROUPS, "LIMIT = 5\n", ""),
        (ALL, 'return "told"', 'return "more"'),
        (ALL, "def outside", "def another() -> None: ...\n\n\ndef outside"),
        (OWN, "Each field", "Every field"),
    ],
)
def test_what_changes_something_of_the_templates_stays_where_it_is(
    files: dict[str, str], name: str, before: str, after: str
) -> None:
    assert before in files[name]
    files[name] = files[name].replace(before, after)
    write(files)
    assert not take(TEMPLATE.__getitem__)
    assert written() == files


def test_the_marks_of_a_merge_are_left_to_a_person(files: dict[str, str]) -> None:
    write(files | {GROUPS: f"<<<<<<< HEAD\n{files[GROUPS]}"})
    with pytest.raises(SyntaxError):
        take(TEMPLATE.__getitem__)
