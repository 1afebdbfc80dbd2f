"""Hides what stands behind a name: `password=x`, `'token': 'x'`, `Authorization: Basic x`."""

import re

from chassis.redaction.ends import end_of_value
from chassis.redaction.names import is_key, names_amount, names_key, names_secret

HIDDEN = "***"
NAMED = re.compile(
    r"""
    (?<!\w) (?P<name> \w [\w.-]{0,199}+ )  # the bound keeps it linear
    (?: (?: \\*["'] )? [\])]? [ \t]*+ !?[=:]{1,3}>? [ \t]*+  # x=  "x":  [x]=  (x)=  x ==
      | [ \t]++ (?= b?["'] )  # PASSWORD '...', of SQL
      | ["'] , [ \t]*+ (?= b?["'] [^"']*+ ["'] \) )  # (b'x', b'...'), a header of ASGI
    )
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
OPTION = re.compile(
    r"""
    - (?<! [\w-]- ) -? (?P<name> [a-z] [\w-]{0,99}+ )
    (?: [ \t]++ | \\*["'] ,? [ \t]++ )  # --x y, '--x', 'y'
    (?= \\*["']? [^\s"'-] )
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
"""Of a command line, with its value as the next word."""
FIRST_WORD = re.compile(
    r"\b(?:access|account|api|deploy|encryption|master|private|session|shared|signing|ssh|stripe"
    r"|webhook)[ ]\Z",
    re.IGNORECASE,
)
LONGEST = len("encryption ")
SECOND_WORDS = frozenset({"key", "keys", "id"})
"""`API key: x`"""
KEY = re.compile(r"b?\\*[\"']?([\w+/=-]{0,500}+)", re.ASCII)
SCHEME = re.compile(r"(?:basic|bearer|digest|token|apikey) (?![=:])", re.IGNORECASE)
NEXT_LINE = re.compile(r"\r?\n[ \t]+(?=[\"'\[{(])")
"""Between a name and its value, as people print JSON."""
SIGN = re.compile(r"[ \t]*[=:]{1,3}>?[ \t]*")
HARMLESS = re.compile(r"|None|null|[Tt]rue|[Ff]alse|\$\d+(::\w+)?|\*\*\*")
"""Nothing, yes and no, the place of a parameter in SQL, what is hidden already."""


def hide_named(text: str) -> str:
    text = _hide(text, OPTION) if "-" in text else text
    return _hide(text, NAMED)


def _hide(text: str, where: re.Pattern[str]) -> str:
    parts, done = [], 0
    while (match := where.search(text, done)) is not None:
        name, start = _name(text, match), match.end()
        if not names_secret(name) and not _is_key(name, text, start):
            parts.append(text[done:start])
            done = start
            continue
        if next_line := NEXT_LINE.match(text, start):
            start = next_line.end()
        if scheme := SCHEME.match(text, start):
            start = scheme.end()
        end = end_of_value(name, text, start)
        while sign := SIGN.match(text, end):  # name: type = value
            end = end_of_value(name, text, sign.end())
        parts += [text[done:start], _hidden(name, text[start:end])]
        done = end
    return "".join([*parts, text[done:]])


def _name(text: str, match: re.Match[str]) -> str:
    """With the word before it, where that makes it another."""
    name, start = match["name"], match.start()
    if name.lower() not in SECOND_WORDS:
        return name
    first = FIRST_WORD.search(text, max(0, start - LONGEST), start)
    return f"{first[0]}{name}" if first else name


def _hidden(name: str, value: str) -> str:
    if HARMLESS.fullmatch(value) or (value.isdecimal() and names_amount(name)):
        return value
    quote = value[0] if value[0] in "\"'" else ""
    return f"{quote}{HIDDEN}{quote}"


def _is_key(name: str, text: str, start: int) -> bool:
    found = KEY.match(text, start) if names_key(name) else None
    return found is not None and is_key(name, found[1])
