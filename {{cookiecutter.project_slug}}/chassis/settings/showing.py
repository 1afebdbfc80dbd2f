"""What of a setting may be shown: no value that is a secret, or could hold one."""

from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

from chassis.redaction.named import HIDDEN
from chassis.redaction.names import is_secret, mentions_secret
from chassis.redaction.texts import redact_text
from chassis.redaction.values import redact

ADDRESSES = ("URL", "URI", "DSN", "ENDPOINT", "ADDRESS", "UPSTREAMS")
"""The last word of what may be `scheme://user:password@host`."""


class Discreet(BaseModel):
    """Settings whose repr and str hide what is secret by type, by name or by shape."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, _shown(name or "", value)


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value
    told = not is_secret(name, value) and (not isinstance(value, str) or may_be_told(value))
    return redact(value) if told else HIDDEN


def is_hidden(name: str, field: FieldInfo | None) -> bool:
    """Whether no value of this setting may be told, a wrong one neither."""
    hidden = mentions_secret(name) or name.endswith(ADDRESSES)
    return hidden or (field is not None and _is_secret_type(field.annotation))


def may_be_told(value: str) -> bool:
    """Where an `@` is, a password may be before it."""
    return "@" not in value and redact_text(value) == value


def _is_secret_type(annotation: Any) -> bool:
    return annotation in (SecretStr, SecretBytes) or any(map(_is_secret_type, get_args(annotation)))
