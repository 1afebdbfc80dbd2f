"""How far the database is behind the code, or ahead of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from chassis.doctor.report import Finding, error, warning
from tests.chassis.doctor.examining import FACTS, check


def test_migrations_are_counted_from_where_the_database_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, before in (("first", None), ("second", "first")):
        text = f"revision = {name!r}\ndown_revision = {before!r}\n"
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setattr("chassis.doctor.migrations.VERSIONS", tmp_path)

    def found(*applied: str) -> Finding:
        return check("migrations", replace(FACTS, revisions=frozenset(applied)))

    advice = "Run `make migrate` (`alembic upgrade head`)."
    assert found() == error("2 migrations pending", advice)
    assert found("first") == error("1 migration pending", advice)
    assert found("second").status == "ok"


def test_a_database_ahead_of_the_code_is_told() -> None:
    found = check("migrations", replace(FACTS, revisions=frozenset({"abc"})))

    assert found.status == "error"
    assert found.message == "The database is at abc, which this code does not know"


def test_two_heads_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("abc", "def"):
        (tmp_path / f"{name}.py").write_text(f"revision = {name!r}\ndown_revision = None\n")
    monkeypatch.setattr("chassis.doctor.migrations.VERSIONS", tmp_path)

    assert check("migrations") == error(
        "The migrations end in 2 heads", "Run `alembic merge heads`."
    )


def test_migrations_left_out_of_the_image_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("chassis.doctor.migrations.VERSIONS", tmp_path / "migrations/versions")
    migrated = replace(FACTS, revisions=frozenset({"abc"}))
    advice = "Ship migrations/ with the service; `alembic history` says more."
    missed = error("The migrations cannot be read", advice)

    assert check("migrations", migrated) == missed
    (tmp_path / "migrations").mkdir()
    assert check("migrations", replace(FACTS, revisions=frozenset())) == missed


def test_a_service_without_migrations_is_sound(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("chassis.doctor.migrations.VERSIONS", tmp_path / "migrations/versions")

    assert check("migrations", replace(FACTS, revisions=frozenset())) == warning(
        "There are none, neither here nor in the database",
        "Ship migrations/ with the service, if it has any.",
    )
