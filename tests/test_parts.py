"""Parts that a baked service takes later, in whatever state it is by then."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.baking import DEFAULT, PARTS, TEMPLATE, USUAL, baked_from, owned_by
from tests.conftest import commit
from tests.running import make, run
from tests.test_answers import answers_of, service_of
from tests.test_updates import change, template_tool

VERSIONS = "migrations/versions"
PAGE = "docs/import-and-export.md"
"""It has a line that the example says otherwise."""
WITH_TABLES = {
    name for name, it in PARTS.items() if any(owned.startswith(VERSIONS) for owned in it["owns"])
}
OWN = """\"\"\"Add notes.\"\"\"

import sqlalchemy as sa
from alembic import op

revision: str = "f00d"
down_revision: str | None = "0000"


def upgrade() -> None:
    op.create_table("notes", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("notes")
"""

ADD = 'op.add_column("orders", sa.Column("note", sa.Text()))'
NOTE = (
    OWN.replace('"0000"', '"0002"')
    .replace('op.create_table("notes", sa.Column("id", sa.Integer(), primary_key=True))', ADD)
    .replace('op.drop_table("notes")', 'op.drop_column("orders", "note")')
)
EDITS = {
    "app/main.py": (
        "    handle_errors(app)\n",
        "    handle_errors(app)\n    app.state.ours = True\n",
    ),
    "app/middleware.py": ("Middleware(HeadMiddleware),\n", "Middleware(HeadMiddleware),  # ours\n"),
    "app/settings.py": (
        "of the team go here.\n",
        "of the team go here.\n    greeting: str = 'Hello'\n",
    ),
    "app/features/orders/models.py": (
        "    total_cents: Mapped[int] =",
        "    note: Mapped[str | None]\n    total_cents: Mapped[int] =",
    ),
    "app/features/orders/service.py": (
        "        total = sum(",
        "        # ours\n        total = sum(",
    ),
    "app/features/orders/router.py": ("    status_code=201,\n", "    status_code=201,  # ours\n"),
    "Makefile": ("PORT ?=\n", "PORT ?= 9000\n"),
}
"""Of a team, in files that parts have lines in."""


@pytest.fixture
def bare(full_clone: Path, tmp_path: Path) -> Path:
    """A service without any part."""
    made = baked_from(full_clone, tmp_path, "parts=none")
    commit(made, "Start")
    return made


@pytest.fixture
def grown(bare: Path) -> Path:
    """The same with a table, and with lines of its own where parts have theirs."""
    (bare / VERSIONS / "2026_11_22_0900-notes.py").write_text(OWN, encoding="utf-8")
    change(bare / "app/transfers.py", "\n]\n", "\n    *(),\n]\n")
    change(bare / PAGE, "work on the resources", "work on our resources")
    change(bare / "docs/operating.md", "# Operating", "# Operating it")
    commit(bare, "Ours")
    return bare


def part(project: Path, name: str, *, ok: bool = True) -> str:
    return template_tool(project, "part", name, ok=ok)


def chain_of(project: Path) -> dict[str, str]:
    """Which migration each comes after."""
    texts = [path.read_text(encoding="utf-8") for path in (project / VERSIONS).glob("*.py")]
    found = [re.findall(r"^(?:down_)?revision.* = (.*)$", text, re.MULTILINE) for text in texts]
    return dict(sorted(found))


@pytest.mark.parametrize("name", PARTS)
def test_the_page_on_parts_says_what_each_owns_and_where_its_lines_are(name: str) -> None:
    condition = f'{{% if "{name}" in cookiecutter.parts %}}'
    page = TEMPLATE / "docs/parts.md"
    texts = {path: path.read_bytes() for path in TEMPLATE.rglob("*") if path.is_file()}
    having = [path for path, text in texts.items() if condition.encode() in text and path != page]
    named = {path.relative_to(TEMPLATE).as_posix() for path in having}
    named |= {owned for owned in PARTS[name]["owns"] if (TEMPLATE / owned).is_dir()}
    row = re.search(rf"^\| `{name}` \|.*$", page.read_text(encoding="utf-8"), re.MULTILINE)
    tests = {
        place for place in named if place.startswith("tests/features/")
    }  # in a word of its own
    others = set[str]().union(*(owned_by(other) for other in PARTS if other != name))  # so are they
    listed = {*re.findall(r"`(.+?)`", row[0] if row else "")}
    assert named - tests - others - listed == set()


@pytest.mark.parametrize("name", PARTS)
def test_a_service_that_takes_a_part_is_what_it_would_have_been_with_it(
    full_clone: Path, bare: Path, tmp_path: Path, name: str
) -> None:
    told = part(bare, name)

    assert f"read {PARTS[name]['read']} next" in told
    assert ("migrations come after yours" in told) is (name in WITH_TABLES)
    assert service_of(bare) == service_of(
        baked_from(full_clone, tmp_path / "fresh", f"parts={name}")
    )
    assert answers_of(bare)["parts"] == name


def test_two_parts_are_taken_one_after_the_other(
    full_clone: Path, bare: Path, tmp_path: Path
) -> None:
    for name in reversed(USUAL.split()):
        part(bare, name)
        commit(bare, f"Take {name}")

    assert service_of(bare) == service_of(baked_from(full_clone, tmp_path / "fresh"))
    assert answers_of(bare)["parts"] == USUAL
    assert "Up to date" in template_tool(bare, "check")


def test_edits_in_the_same_files_stay_and_make_says_what_comes_next(grown: Path) -> None:
    installed = ("-o", ".venv/.ready", f"BIN={Path(sys.executable).parent}")
    told = make("part", "name=kubernetes", *installed, cwd=grown).stdout

    assert "  deploy/README.md\n" in told
    assert told.endswith("Now `make setup`, `make fix`, `make check`, and commit.\n")
    operating = (grown / "docs/operating.md").read_text(encoding="utf-8")
    assert "# Operating it\n" in operating
    assert "deploy/rollout" in operating


@pytest.mark.parametrize("name", sorted(WITH_TABLES - {"example"}))
def test_a_service_that_was_edited_where_a_part_has_its_lines_takes_it(
    full_clone: Path, own_database: Callable[[Path], Path], tmp_path: Path, tools: Path, name: str
) -> None:
    project = own_database(baked_from(full_clone, tmp_path, "parts=example"))
    for place, (before, ours) in EDITS.items():
        change(project / place, before, ours)
    (project / VERSIONS / "2026_11_22_0900-notes.py").write_text(NOTE, encoding="utf-8")
    commit(project, "Ours")

    part(project, name)

    for place, (_, ours) in EDITS.items():
        assert ours in (project / place).read_text(encoding="utf-8"), place
    server = (tools / "python", "-m", "tools.postgres", "--")
    migrate(project, tools)
    run(*server, tools / "alembic", "check", cwd=project)
    described = run(*server, tools / "python", "-m", "app", "openapi", cwd=project)
    assert '"/v1/orders"' in described.stdout


def test_its_migrations_come_after_those_of_the_service(grown: Path) -> None:
    part(grown, "example", ok=False)

    assert chain_of(grown) == {
        '"0000"': "None",
        '"f00d"': '"0000"',
        '"0001"': '"f00d"',
        '"0002"': '"0001"',
    }
    assert run("git", "diff", "HEAD", "--stat", "--", f"{VERSIONS}/*notes*", cwd=grown).stdout == ""


def test_a_line_that_both_changed_is_named_and_nothing_is_lost(grown: Path) -> None:
    told = part(grown, "example", ok=False)

    assert f"decide, between the marks:\n  {PAGE}\n" in told
    text = (grown / PAGE).read_text(encoding="utf-8")
    assert "work on our resources" in text
    assert "import products products.csv" in text
    assert "read app/features/orders next" in told


def test_its_tables_are_made_where_the_database_has_the_services_own(
    grown: Path, own_database: Callable[[Path], Path], tools: Path
) -> None:
    migrate(own_database(grown), tools)
    change(grown / PAGE, "work on our resources", "work on the resources")
    commit(grown, "Make way")

    part(grown, "example")
    migrate(grown, tools)

    with_server = (tools / "python", "-m", "tools.postgres", "--")
    count = "SELECT count(*) FROM products, orders, notes"
    assert (
        "Aggregate"
        in run(*with_server, tools / "python", "-m", "tools.explain", count, cwd=grown).stdout
    )
    run(*with_server, tools / "alembic", "downgrade", "base", cwd=grown)


def migrate(project: Path, tools: Path) -> None:
    server = (tools / "python", "-m", "tools.postgres", "--")
    run(*server, tools / "alembic", "upgrade", "head", cwd=project)


def test_a_migration_that_an_update_brings_comes_after_those_of_the_service(
    full_clone: Path, grown: Path
) -> None:
    migration = OWN.replace("f00d", "0003").replace("notes", "logins")
    name = "2026_11_20_0900-logins.py"
    (full_clone / TEMPLATE.name / VERSIONS / name).write_text(migration, encoding="utf-8")
    commit(full_clone, "Know who logged in")

    template_tool(grown, "update")

    assert chain_of(grown) == {'"0000"': "None", '"f00d"': '"0000"', '"0003"': '"f00d"'}


@pytest.fixture
def inside(full_clone: Path, tmp_path: Path) -> Iterator[Path]:
    """A service in a folder of a larger repository."""
    whole = tmp_path / "whole"
    (whole / "services").mkdir(parents=True)
    (whole / "deploy").write_text("another's\n", encoding="utf-8")
    run("git", "init", "--quiet", cwd=whole)
    made = baked_from(full_clone, whole / "services", "parts=none")
    (made / VERSIONS / "2026_11_22_0900-notes.py").write_text(OWN, encoding="utf-8")
    commit(whole, "Start")
    yield made
    assert (whole / "deploy").read_text(encoding="utf-8") == "another's\n"


def test_a_service_in_a_folder_of_a_larger_repository_takes_a_part_there(inside: Path) -> None:
    for name in (*USUAL.split(), "accounts"):
        part(inside, name)
        commit(inside.parent.parent, f"Take {name}")

    assert (inside / "deploy/README.md").exists()
    assert (inside / "chassis/accounts/wiring.py").exists()
    assert chain_of(inside)['"0001"'] == '"f00d"'
    assert chain_of(inside)['"0003"'] == '"0002"'
    assert inside.name == DEFAULT
