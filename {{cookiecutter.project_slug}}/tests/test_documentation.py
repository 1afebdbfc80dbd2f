"""What the documents say is so."""

import re
from pathlib import Path

from tools import settings_docs

PROJECT = Path(__file__).parent.parent


def test_the_readme_lists_every_setting() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")

    assert settings_docs.readme(text) == text, "run `make fix`"


def test_the_example_file_lists_every_setting() -> None:
    text = (PROJECT / ".env.example").read_text(encoding="utf-8")

    assert settings_docs.env_example() == text, "run `make fix`"


def test_every_setting_of_the_database_is_explained() -> None:
    text = (PROJECT / "docs/database.md").read_text(encoding="utf-8")
    names = [it.name for it in settings_docs.settings() if it.name.startswith("DATABASE_")]

    assert names
    assert [name for name in names if f"`{name}" not in text and f"{name}=" not in text] == []


def test_every_file_that_the_architecture_names_exists() -> None:
    text = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"app/[\w/.]*\w", text))

    assert named
    assert [name for name in sorted(named) if not (PROJECT / name).exists()] == []
