"""Where the parts of a resource lie."""

from pathlib import Path

PROJECT = Path(__file__).parents[3]
API, MODELS, TRANSFERS = (Path("app", name) for name in ("api.py", "models.py", "transfers.py"))
MIGRATIONS = Path("migrations/versions")


def feature_of(plural: str) -> Path:
    return Path("app/features", plural)


def tests_of(plural: str) -> Path:
    return Path("tests/features", plural)
