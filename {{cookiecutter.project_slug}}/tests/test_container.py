"""What the Dockerfile and `compose.yaml` promise, as far as reading them can tell."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parent.parent
DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(
    (PROJECT / "compose.yaml").read_text(encoding="utf-8")
)["services"]
ALWAYS = {name for name, service in SERVICES.items() if "profiles" not in service}


def test_a_change_of_code_does_not_install_dependencies_again() -> None:
    assert DOCKERFILE.index("uv sync") < DOCKERFILE.index("COPY chassis")


def test_what_the_image_copies_is_let_in_and_nothing_else() -> None:
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8")
    let_in = set(re.findall(r"^!(.+)$", ignored, re.MULTILINE))
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)

    assert let_in == {name for names in copied for name in names.split()}


def test_signals_reach_the_service_because_no_shell_stands_before_it() -> None:
    commands = re.findall(r"^ *(?:CMD|ENTRYPOINT) (.+)$", DOCKERFILE, re.MULTILINE)

    assert json.loads(commands[-1]) == ["python", "-m", "app", "serve"]
    assert all(command.startswith("[") for command in commands)


def test_the_service_starts_after_the_migration_and_that_after_the_database() -> None:
    order = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}

    assert order["service"]["migrate"] == {"condition": "service_completed_successfully"}
    assert order["migrate"]["postgres"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["command"] == ["alembic", "upgrade", "head"]
    assert "@postgres:" in SERVICES["migrate"]["environment"]["DATABASE_URL"]


def test_what_starts_without_being_asked_for_is_the_service_and_postgresql() -> None:
    assert {"service", "migrate", "postgres"} == ALWAYS - {"worker"}
    optional = set(SERVICES) - ALWAYS
    assert all(SERVICES["service"]["depends_on"][name]["required"] is False for name in optional)


def test_what_is_set_for_the_service_are_settings() -> None:
    set_by_image = re.findall(r"^ +([A-Z_]+)=", DOCKERFILE, re.MULTILINE)
    set_by_compose = SERVICES["service"]["environment"]
    documented = (PROJECT / ".env.example").read_text(encoding="utf-8")
    settings = set(re.findall(r"^# ([A-Z_]+)=", documented, re.MULTILINE))

    theirs = {*set_by_image, *set_by_compose} - settings
    assert {name for name in theirs if not name.startswith(("PYTHON", "UV_", "PATH"))} == set()


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_has_privileges(name: str) -> None:
    service = SERVICES[name]

    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    assert service.get("read_only") is True or name == "pgbouncer"  # it writes its settings


def test_no_password_stands_in_the_file_and_a_missing_one_is_told() -> None:
    text = (PROJECT / "compose.yaml").read_text(encoding="utf-8")

    assert "${POSTGRES_PASSWORD:?Set POSTGRES_PASSWORD" in text
    assert re.findall(r"PASSWORD: (?!\$\{POSTGRES_PASSWORD:\?)", text) == []
