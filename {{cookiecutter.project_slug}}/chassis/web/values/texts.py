"""Text as it is stored: composed (NFC), and with something to be seen where that is promised."""

import unicodedata
from dataclasses import dataclass
from itertools import groupby

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

MOST_MARKS = 30
"""In a row; no language needs more. https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format"""

# Spaces, controls, what renders as nothing, an empty Braille cell and an empty note.
VISIBLE = r"^[^\x00]*[^\pZ\p{Cc}\p{Cf}\p{DI}\x{2800}\x{1D159}][^\x00]*$"
# The same for those who do not know properties of characters, as far as two bytes go.
VISIBLE_IN_ANY_DIALECT = (
    r"^[^\x00]*[^\x00-\x20\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    r"\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800"
    r"\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb][^\x00]*$"
)


class TooManyMarksError(ValueError):
    """Sorting them takes time that grows with their square: minutes, for what a body may hold."""


def composed(text: str) -> str:
    """One text for all that looks the same, in Unicode's form NFC. Raises TooManyMarksError."""
    if unicodedata.is_normalized("NFC", text):
        return text
    for is_mark, run in groupby(text, _is_mark):
        if is_mark and sum(1 for _ in run) > MOST_MARKS:
            raise TooManyMarksError
    return unicodedata.normalize("NFC", text)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


@dataclass(frozen=True, slots=True)
class Visible:
    """For a text of which something can be seen."""

    def __get_pydantic_core_schema__(self, *_: object) -> CoreSchema:
        return core_schema.str_schema(pattern=VISIBLE)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": VISIBLE_IN_ANY_DIALECT}
