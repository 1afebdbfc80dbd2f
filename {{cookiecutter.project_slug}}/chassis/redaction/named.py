"""Hides what stands behind a name: `password=x`, `'token': 'x'`, `Authorization: Basic x`."""

import re

from chassis.redaction.names import names_amount, names_secret

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
PIECE = re.compile(
    r"""
    (?P<end> [\s,;&\x1b] | (?<= [^\s,;&()\[\]{}"'\\=:]{3} ) \\*["'] )  # x' ends, b'x' does not
    | (?P<quoted> (?P<quote> \\*["'] ) (?: (?!(?P=quote)) (?: \\. | [^\\] ) )*+ (?P=quote)? )
    | (?P<opened> [(\[{] ) | (?P<closed> [)\]}] )
    | [^\s,;&\x1b()\[\]{}"'\\]++ | .
    """,
    re.VERBOSE | re.ASCII,
)
SCHEME = re.compile(r"(?:basic|bearer|digest|token|apikey) (?![=:])", re.IGNORECASE)
SIGN = re.compile(r"[ \t]*[=:]{1,3}>?[ \t]*")
QUOTE = re.compile(r"b?\\*[\"']", re.IGNORECASE)
DEEPER: dict[str | None, int] = {"opened": 1, "closed": -1}
WHOLE_LINE = ("authorization", "cookie")
"""Headers whose values have spaces; with quotes around them they end there."""
HARMLESS = re.compile(r"|None|null|[Tt]rue|[Ff]alse|\$\d+(::\w+)?|\*\*\*")
"""Nothing, yes and no, the place of a parameter in SQL, what is hidden already."""


def hide_named(text: str) -> str:
    parts, done = [], 0
    while (match := NAMED.search(text, done)) is not None:
        name, start = match["name"], match.end()
        if not names_secret(name):
            parts.append(text[done:start])
            done = start
            continue
        if scheme := SCHEME.match(text, start):
            start = scheme.end()
        end = _end_of_value(name, text, start)
        while sign := SIGN.match(text, end):  # name: type = value
            end = _end_of_value(name, text, sign.end())
        parts += [text[done:start], _hidden(name, text[start:end])]
        done = end
    return "".join([*parts, text[done:]])


def _hidden(name: str, value: str) -> str:
    if HARMLESS.fullmatch(value) or (value.isdecimal() and names_amount(name)):
        return value
    quote = value[0] if value[0] in "\"'" else ""
    return f"{quote}{HIDDEN}{quote}"


def _end_of_value(name: str, text: str, start: int) -> int:
    """Brackets are followed to where they close, at most to the end of the line."""
    newline = text.find("\n", start)
    line = len(text) if newline < 0 else newline
    if any(header in name.lower() for header in WHOLE_LINE) and not QUOTE.match(text, start):
        return line
    depth = 0
    for piece in PIECE.finditer(text, start, line):
        depth += DEEPER.get(piece.lastgroup, 0)
        if depth < 0 or (depth == 0 and piece.lastgroup == "end"):
            return piece.start()
    return line
