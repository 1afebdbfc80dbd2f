"""Who the tests of features are: somebody who may change all of them, where anybody is asked."""

import json

from tests.composition import make_settings
from tests.support.callers import KEY, Headers, acting_as, with_keys

SCOPES = ("orders:write", "products:write")
ENV = {"AUTH_KEYS": json.dumps([KEY])}
"""For a service in a process of its own."""


def writer() -> Headers:
    settings = make_settings(database={"url": "postgresql://db/shop"})
    return acting_as(with_keys(settings), "a-writer", *SCOPES)
