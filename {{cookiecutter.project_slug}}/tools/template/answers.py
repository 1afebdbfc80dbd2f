"""The questions of the template, and answers that are changed after it was taken.

Booleans are said in the words that cookiecutter takes,
https://cookiecutter.readthedocs.io/en/stable/advanced/boolean_variables.html.
"""

import difflib
import json
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.template.parts import NONE, answer_of, names_in, parts_of
from tools.template.record import Record, answers
from tools.template.repository import git

BOOLEANS = {
    **dict.fromkeys(("1", "true", "t", "yes", "y", "on"), True),
    **dict.fromkeys(("0", "false", "f", "no", "n", "off"), False),
}
Questions = Mapping[str, Any]
"""By name what `cookiecutter.json` says of each: a text, true or false, or a list to choose of;
of `parts` a tuple, to take any of."""


class RefusedError(Exception):
    """An answer that cannot be; says what can."""


def template_of(record: Record) -> Mapping[str, Any]:
    """`cookiecutter.json` at the project's commit. Raises subprocess.CalledProcessError."""
    file = Path(record.get("directory") or "", "cookiecutter.json").as_posix()
    with tempfile.TemporaryDirectory() as place:
        git("clone", "--quiet", "--bare", record["template"].removeprefix("git+"), place)
        found: dict[str, Any] = json.loads(git("-C", place, "show", f"{record['commit']}:{file}"))
    return found


def questions_of(template: Mapping[str, Any]) -> Questions:
    asked = {name: default for name, default in template.items() if not name.startswith("_")}
    return asked | ({"parts": tuple(parts_of(template))} if "parts" in asked else {})


def changed(record: Record, said: str, questions: Questions) -> Record:
    """The record with the answers of `parts=none author='A team'`. Raises RefusedError."""
    given = _split(said)
    if faults := [fault for pair in given for fault in _faults(*pair, questions)]:
        raise RefusedError("\n".join([*faults, "", listed(record, questions)]))
    new = {name: _value(questions[name], value) for name, value in given}
    context = record["context"]["cookiecutter"] | new
    return record | {"context": record["context"] | {"cookiecutter": context}}


def _split(said: str) -> list[tuple[str, str]]:
    try:
        words = shlex.split(said)
    except ValueError as error:
        message = f"{said}: {error}; quote such as answers=\"author='A team'\"."
        raise RefusedError(message) from None
    pairs = (word.partition("=") for word in words)
    return [(name, value) for name, _, value in pairs]


def _faults(name: str, value: str, questions: Questions) -> Iterator[str]:
    if name not in questions:
        yield f"There is no question {name!r}.{guess(name, questions)}"
    elif isinstance(known := questions[name], tuple):
        yield from _faults_of_parts(names_in(value), known)
    elif (choices := _choices(questions[name])) and _value(questions[name], value) is None:
        yield f"{name} is {' or '.join(choices)}, not {value!r}.{guess(value, choices)}"


def _faults_of_parts(names: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    rule = f"parts are of {', '.join(known)}, or {NONE} alone"
    for name in names:
        if name not in (*known, NONE):
            yield f"{rule}, not {name!r}.{guess(name, known)}"
    if NONE in names and len(names) > 1:
        yield f"{rule}, not {' '.join(names)!r}."


def _choices(question: object) -> list[str]:
    """None where any text may do."""
    if isinstance(question, bool):
        return ["yes", "no"]
    return [str(choice) for choice in question] if isinstance(question, list) else []


def _value(question: object, said: str) -> str | bool | None:
    """None where it cannot be."""
    if isinstance(question, bool):
        return BOOLEANS.get(said.lower())
    if isinstance(question, tuple):
        return answer_of(name for name in question if name in names_in(said))
    choices = _choices(question)
    return said if not choices or said in choices else None


def guess(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word.lower(), known, n=1)
    return f" Did you mean {close[0]}?" if close else ""


def listed(record: Record, questions: Questions) -> str:
    """Each question with the project's answer, and what else it may be."""
    given = answers(record)
    widest = max(map(len, questions))
    return "\n".join(
        f"  {name:<{widest}}  {_shown(given.get(name, ''))}{_others(question)}"
        for name, question in questions.items()
    )


def _shown(answer: object) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return str(answer)


def _others(question: object) -> str:
    if isinstance(question, tuple):
        return f"  (of {', '.join(question)}, or {NONE})"
    choices = _choices(question)
    return f"  ({' or '.join(choices)})" if choices else ""
