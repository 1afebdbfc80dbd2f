"""One part more: whether there is such a one, what the answers then are, and what comes next."""

from collections.abc import Iterator, Mapping

from tools.template.answers import RefusedError, guess
from tools.template.parts import Part, answer_of, names_in
from tools.template.record import Record, answers

Parts = Mapping[str, Part]
YES, NO = "taken", "-"


def table(record: Record, parts: Parts) -> str:
    """Each part, whether the project has it, and what it is. Raises RefusedError."""
    if not parts:
        message = "The template has no parts yet where this project has it: `make template-update`."
        raise RefusedError(message)
    taken = _taken(record)
    widest = max(map(len, parts))
    rows = [
        f"  {name:<{widest}}  {YES if name in taken else NO:<{len(YES)}}  {part.what}"
        for name, part in parts.items()
    ]
    other = next((name for name in parts if name not in taken), None)
    return "\n".join([*rows, f"Take one: make part name={other}" if other else "All are taken."])


def with_part(record: Record, name: str, parts: Parts) -> Record:
    """The record with the part among its answers, or itself if it has it. Raises RefusedError."""
    if name not in parts:
        newer = "`make template-check` tells whether the template has more by now."
        sentence = f"There is no part {name!r}.{guess(name, parts)}" if name else "Say which part."
        raise RefusedError("\n".join([sentence, "", table(record, parts), newer]))
    taken = _taken(record)
    if name in taken:
        return record
    context = record["context"]
    answer = answer_of(each for each in parts if each in {*taken, name})
    given = context["cookiecutter"] | {"parts": answer}
    return record | {"context": context | {"cookiecutter": given}}


def advice(known: Record, wanted: Record, parts: Parts) -> Iterator[str]:
    """What a person has to know of those that come, beside what changes."""
    came = {*_taken(wanted)} - {*_taken(known)}
    for name, part in parts.items():
        if name in came and part.has_tables:
            yield f"{name}: its migrations come after yours, and `make setup` runs them."
        if name in came and part.changes:
            yield f"{name}: {part.changes}"
        if name in came:
            yield f"{name}: read {part.read} next."


def _taken(record: Record) -> list[str]:
    return names_in(str(answers(record).get("parts", "")))
