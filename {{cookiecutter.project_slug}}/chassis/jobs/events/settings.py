"""Where events go: the `events` of `app/settings.py`."""

import re
from typing import Annotated

from pydantic import BeforeValidator, SecretStr

from chassis.settings.groups import Group


def _broker(value: object) -> object:
    if value in {"", None}:
        return None
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if not re.fullmatch(r"(nats|tls)://[^\s/]+(,(nats|tls)://[^\s/]+)*/?", text):
        message = "is no address of NATS; write it like nats://nats:4222"
        raise ValueError(message)
    return value


class EventSettings(Group):
    """The broker that events are handed to."""

    url: Annotated[SecretStr | None, BeforeValidator(_broker)] = None
    """NATS servers, as `nats://user:password@host:4222`; empty is none, see docs/jobs.md."""
