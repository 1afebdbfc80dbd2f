"""Where in a text a value ends that begins somewhere: a word, a quotation, a bracket."""

import re

PIECE = re.compile(
    r"""
    (?P<end> [\s,;&\x1b] | (?<= [^\s,;&()\[\]{}"'\\=:]{3} ) \\*["'] )  # x' ends, b'x' does not
    | (?P<quoted> (?P<quote> \\*["'] ) (?: (?!(?P=quote)) (?: \\. | [^\\] ) )*+ (?P=quote)? )
    | (?P<opened> [(\[{] ) | (?P<closed> [)\]}] )
    | [^\s,;&\x1b()\[\]{}"'\\]++ | .
    """,
    re.VERBOSE | re.ASCII,
)
MORE = 1_000
"""Characters on further lines that a value may have."""
QUOTE = re.compile(r"b?\\*[\"']", re.IGNORECASE)
DEEPER: dict[str | None, int] = {"opened": 1, "closed": -1}
WHOLE_LINE = ("authorization", "cookie")
"""Headers whose values have spaces; with quotes around them they end there."""


def end_of_value(name: str, text: str, start: int) -> int:
    """What is opened is followed to where it closes: else to the end of the line."""
    newline = text.find("\n", start)
    line = len(text) if newline < 0 else newline
    if any(header in name.lower() for header in WHOLE_LINE) and not QUOTE.match(text, start):
        return line
    end, is_open = _read(text, start, line)
    if is_open and newline >= 0:
        further, is_open = _read(text, start, min(line + MORE, len(text)))
        end = end if is_open else further
    return end


def _read(text: str, start: int, stop: int) -> tuple[int, bool]:
    """Where the value ends, at most at `stop`, and whether a bracket or quote is open there."""
    depth, piece = 0, None
    for piece in PIECE.finditer(text, start, stop):
        depth += DEEPER.get(piece.lastgroup, 0)
        if depth < 0 or (depth == 0 and piece.lastgroup == "end"):
            return piece.start(), False
    return stop, depth > 0 or (piece is not None and _is_unclosed(piece))


def _is_unclosed(piece: re.Match[str]) -> bool:
    quote, quoted = piece["quote"], piece["quoted"]
    return quote is not None and (len(quoted) < 2 * len(quote) or not quoted.endswith(quote))
