"""Rules about the code that no linter here can state."""

import ast
from pathlib import Path

import pytest

APP = Path(__file__).parent.parent / "app"
MODULES = sorted(path for path in APP.rglob("*.py") if "settings" not in path.parts)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(APP)))
def test_only_the_settings_know_the_environment(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.alias)}

    assert not names & {"environ", "environb", "getenv", "getenvb", "putenv", "dotenv"}
