"""What `make resource` writes, and that it is all written or nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.composition import PROJECT
from tools.resource import rendering, undoing
from tools.resource.description.parsing import parse_fields
from tools.resource.description.resource import Resource
from tools.resource.errors import Refusal
from tools.resource.project import inventory, record, tidying, writing
from tools.resource.project import places as project
from tools.resource.project.record import Record, hash_of
from tools.resource.project.wires import Wire, wires_of
from tools.resource.project.wiring import unwire, wire
from tools.resource.project.writing import remove, written
from tools.resource.tree import drawn
from tools.resource.undoing import undo

EVERYTHING = """
    code:str(40):unique:index email:str:unique(ci):optional title:str:optional:default=none
    body:text pages:int:index:default=1 views:bigint price:decimal(8,3):index
    weight:float:index:optional hidden:bool:default=false born_on:date:index
    due_at:datetime:index owner:uuid:optional extra:json:optional more:json
    status:enum(draft,sent):default=draft
"""
API = '''"""Routers."""

from fastapi import APIRouter

from app.features.orders.router import router as orders
from app.features.products.router import (
    router as products,
)
from chassis.web.health import router as health

ROUTERS: list[APIRouter] = [
    health,
    products,
    orders,
]
'''
BARE = '''"""Routers."""

from chassis.web.health import router as health

ROUTERS = [health]
'''


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project for the tools to write into."""
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    for module in (record, tidying, undoing, writing):
        monkeypatch.setattr(module, "PROJECT", tmp_path)
    return tmp_path


def texts(directory: Path) -> dict[str, str]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {
        str(path.relative_to(directory)): path.read_text("utf-8")
        for path in files
        if not {"__pycache__", ".ruff_cache"} & set(path.parts)
    }


def test_what_is_written_passes_the_linter_and_looks_like_the_rest(place: Path) -> None:
    resource = Resource(plural="books", model="Book", fields=parse_fields(EVERYTHING))

    with written(rendering.render(resource)):
        tidying.tidy(rendering.render(resource))

    models = (place / "app/features/books/models.py").read_text("utf-8")
    assert "    code: Mapped[str] = mapped_column(String(40), unique=True)\n" in models
    assert '        Index("uq_books_email", text("lower(email)"), unique=True),\n' in models
    assert "    email: Mapped[str | None] = mapped_column(String(200))\n" in models
    assert "    due_at: Mapped[datetime]\n" in models
    assert "    pages: Mapped[int] = mapped_column(default=1)\n" in models
    assert "(text_enum(BookStatus), default=BookStatus.DRAFT)\n" in models
    assert "    title: Mapped[str | None] = mapped_column(String(200))\n" in models
    assert "    extra: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))\n" in models
    assert '        Index(None, "status", "id"),\n' in models
    schemas = (place / "app/features/books/schemas.py").read_text("utf-8")
    assert "BookPrice = Annotated[Decimal, Digits(8, 3)]\n" in schemas
    assert "    status: BookStatus = BookStatus.DRAFT\n" in schemas
    assert "    title: BookTitle | None = omitted()\n" in schemas
    assert "UUID" in schemas
    assert "ForeignKey" not in models


def test_a_line_that_no_formatter_can_break_is_refused(place: Path) -> None:
    path = Path("long.py")

    with pytest.raises(Refusal, match="E501"), written({path: f'"""{"A b " * 30}."""\n'}):
        tidying.tidy([path])

    assert not (place / path).exists()


@pytest.mark.parametrize("text", [API, BARE])
def test_lines_are_put_in_sorted_and_taken_out_in_any_order(text: str) -> None:
    zebras, ants, moles = (api_wire(name) for name in ("zebras", "ants", "moles"))

    wired = wire(wire(wire(text, zebras), ants), moles)

    imports = [line for line in wired.splitlines() if line.startswith("from app.")]
    assert imports == sorted(imports)
    assert (
        wired.index("zebras,") < wired.index("ants,") < wired.index("moles", wired.index("ants,"))
    )
    assert unwire(unwire(unwire(wired, ants), moles), zebras) == text
    assert unwire(text, ants) == text


def api_wire(plural: str) -> Wire:
    return wires_of(plural, plural.title())[0]


@pytest.mark.parametrize(
    "text", ["ROUTERS = [health]\n", "from chassis.web import x\nROUTERS = x\n"]
)
def test_a_file_that_is_built_otherwise_is_left_alone(text: str) -> None:
    with pytest.raises(Refusal, match="by hand"):
        wire(text, api_wire("ants"))


def test_a_failure_in_the_middle_puts_everything_back(place: Path) -> None:
    (place / "old.py").write_text("old\n")
    before = texts(place)

    changes = {Path("a/b/new.py"): "new\n", Path("old.py"): "changed\n"}

    with pytest.raises(KeyboardInterrupt), written(changes):
        raise KeyboardInterrupt

    assert texts(place) == before
    assert not (place / "a").exists()


def test_a_directory_goes_with_its_last_file(place: Path) -> None:
    for name in ("kept/one.py", "kept/two/three.py", "kept/two/__pycache__/three.pyc"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).touch()

    remove([Path("kept/two/three.py"), Path("never/there.py")])

    assert texts(place).keys() - {"pyproject.toml"} == {"kept/one.py"}
    assert not (place / "kept/two").exists()


@pytest.fixture
def made(place: Path) -> Path:
    """A record of a resource, as `make resource` leaves it."""
    module = Path("app/features/ants/models.py")
    writing.write(module, "class Ant: ...\n")
    Record(
        plural="ants",
        model="Ant",
        migration="none",
        revision="1",
        hashes={str(module): hash_of(module)},
        wired={},
    ).save()
    return module


def refusal_of_undoing() -> str:
    with pytest.raises(Refusal) as caught:
        list(undo("ants", force=False))
    return str(caught.value)


def test_what_was_never_made_is_not_undone(place: Path) -> None:
    assert refusal_of_undoing().startswith("There is no record of making ants here")


def test_what_was_edited_or_removed_is_not_undone(place: Path, made: Path) -> None:
    (place / made).write_text("class Ant: legs = 6\n")
    assert refusal_of_undoing().startswith(f"{made} was edited since")
    (place / made).unlink()
    assert refusal_of_undoing().startswith(f"{made} was removed since")


def test_what_grew_is_not_undone(place: Path, made: Path) -> None:
    (place / made).with_name("service.py").touch()
    assert refusal_of_undoing().startswith("app/features/ants/service.py was added since")


def test_what_others_use_is_not_undone(place: Path, made: Path) -> None:
    writing.write(
        Path("app/features/hills/models.py"), "from app.features.ants.models import Ant\n"
    )
    assert refusal_of_undoing() == "app/features/hills/models.py uses ants: change that first."


def test_what_was_committed_is_not_undone(place: Path, made: Path) -> None:
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.invalid")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "Add ants")):
        subprocess.run((*git, *arguments), cwd=place, check=True)
    assert refusal_of_undoing().startswith(f"{made} was committed since")


def test_without_a_database_nothing_is_written(copy: Path) -> None:
    before = texts(copy)

    done = subprocess.run(
        [sys.executable, "-B", "-m", "tools.resource", "make", "ants", "legs:int"],
        cwd=copy,
        env={"PATH": os.defpath, "DATABASE_URL": "postgresql://x:hunter2@127.0.0.1:1/x"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Nothing was changed, because Alembic failed: ")
    assert "ConnectionRefusedError" in done.stderr
    assert "hunter2" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert texts(copy) == before


def test_the_templates_of_every_module_are_there() -> None:
    assert {path.name for path in rendering.TEMPLATES.iterdir()} == {
        f"{name}.py.mako" for name in ("models", "schemas", "repository", "router", "test_router")
    }
    assert project.PROJECT == PROJECT


def test_what_was_done_is_drawn_as_a_tree() -> None:
    done = [
        ("new", Path("app/features/ants/models.py")),
        ("new", Path("tests/features/ants/test_router.py")),
        ("new", Path("app/features/ants/__init__.py")),
        ("changed", Path("app/api.py")),
    ]

    assert list(drawn(done)) == [
        "  app/",
        "    api.py              changed",
        "    features/",
        "      ants/",
        "        __init__.py     new",
        "        models.py       new",
        "  tests/",
        "    features/",
        "      ants/",
        "        test_router.py  new",
    ]
    assert list(drawn([])) == []


def test_a_module_beside_the_tests_of_features_is_no_feature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "crates").mkdir()
    (tmp_path / "callers.py").touch()
    monkeypatch.setattr(inventory, "tests_of", lambda _: tmp_path)

    assert {"crates", "callers.py"} & inventory.take_inventory().features == {"crates"}
