"""One text with the names that things have now."""

import pytest

from tools.move_to_chassis.rewriting import moved_module, moved_names


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from app.web.errors import handle_errors",
            "from chassis.web.errors.handlers import handle_errors",
        ),
        (
            "from app.problems import NotFound as Gone  # why",
            "from chassis.problems import NotFound as Gone  # why",
        ),
        (
            "from app.web.texts import (\n    composed,  # why\n)",
            "from chassis.web.values.texts import (\n    composed,  # why\n)",
        ),
        ("from app.web import errors", "from chassis.web.errors import handlers as errors"),
        ("from app import problems", "from chassis import problems"),
        (
            "from app.database.session import Database, Session",
            (
                "from chassis.database.session import Database\n"
                "from chassis.web.sessions import Session"
            ),
        ),
        (
            "if True:\n    from app.settings import Environment, Settings  # why",
            (
                "if True:\n    from chassis.settings.identity import Environment\n"
                "    from app.settings import Settings  # why"
            ),
        ),
        ("import app.web.errors as e; x = 1", "import chassis.web.errors.handlers as e; x = 1"),
        (
            "import app.database.session\n\napp.database.session.Database(app.engine)",
            "import chassis.database.session\n\nchassis.database.session.Database(app.engine)",
        ),
        (
            "from tests.web.conftest import calling",
            "from tests.support.clients import client_of as calling",
        ),
        ("é = 'app.database.line.TIMEOUT'", "é = 'chassis.database.connections.line.TIMEOUT'"),
        ("# see app/settings/groups.py", "# see chassis/settings/groups.py"),
    ],
)
def test_a_name_that_has_moved_is_written_as_it_is_now(before: str, after: str) -> None:
    assert moved_module(f"{before}\n") == f"{after}\n"
    assert moved_module(f"{after}\n") == f"{after}\n"


@pytest.mark.parametrize(
    "text",
    [
        "from app.settings import Settings",
        "from app.features.products.models import Product",
        "from app.web.middleware.tenant import Tenant  # the team's own",
        "from app.web.middleware import tenant",
        "app = create_app()\napp.telemetry.start()\napp.web.errors",
        "x = 'https://app.problems.example/app/web/types'",
    ],
)
def test_what_is_the_teams_own_or_no_module_is_left_as_it_is(text: str) -> None:
    assert moved_module(text) == text


def test_a_dependency_of_a_repository_is_a_function_now() -> None:
    before = "import typing\n\nThings = Annotated[T, Depends(m.ThingRepository.for_reads)]\n"
    after = (
        "from chassis.web.sessions import for_reads\nimport typing\n\n"
        "Things = Annotated[T, Depends(for_reads(m.ThingRepository))]\n"
    )
    assert moved_module(before) == after
    assert moved_module(after) == after


def test_paths_and_names_in_prose_follow() -> None:
    before = "See app/web/errors.py, app/web/mine.py, `app.problems`, ./app/a.py."
    after = "See chassis/web/errors/handlers.py, app/web/mine.py, `chassis.problems`, ./app/a.py."
    assert moved_names(before) == after
