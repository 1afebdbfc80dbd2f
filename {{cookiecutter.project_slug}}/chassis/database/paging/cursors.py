"""A place in a list as a text for clients: Base64 of JSON, compressed where that is long."""

import base64
import zlib
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter

Place = tuple[str, Any, Any]
"""The sort parameter, the row's value in that column, its key."""

LONGEST_CURSOR = 6_000
"""Characters; proxies take a request line of about 8,000."""
CURSOR_PATTERN = "^(Wy[IJ]|eJ)[A-Za-z0-9_-]+$"
COMPRESSED_FROM, LARGEST_PLACE = 4_400, 1_000_000  # bytes
ZLIB = b"x"


def written(place: Place, kind: Any, key: Any) -> str:
    """Of kinds of value and key that `chassis/database/paging/sorting.py` allows."""
    text = _places_of(kind, key).dump_json(place, warnings=False)
    if len(text) > COMPRESSED_FROM:  # as long a text fits into an index only compressed
        text = zlib.compress(text)
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def read(cursor: str, kind: Any, key: Any) -> Place:
    """Raises ValueError for what was not written here."""
    text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    if text.startswith(ZLIB):
        try:
            text = zlib.decompressobj().decompress(text, LARGEST_PLACE)
        except zlib.error as error:
            raise ValueError(*error.args) from error
    return _places_of(kind, key).validate_json(text)


@cache
def _places_of(kind: Any, key: Any) -> TypeAdapter[Place]:
    """What a cursor holds where the column has such values; building it costs a sixth of a page."""
    shape = tuple[str, kind, key]
    return TypeAdapter(shape, config=ConfigDict(ser_json_inf_nan="strings"))
