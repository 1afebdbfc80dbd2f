"""A service adds settings of its own, as README.md shows; they are told of like those there are."""

from typing import Any

import pytest
from pydantic import Field, SecretStr

from chassis.settings import Group, Settings
from tests.chassis.settings.telling import URL, faults


class PaymentsSettings(Group):
    url: str = "https://sandbox.payments.example"
    token: SecretStr
    """What the provider knows us by."""
    timeout: float = Field(3.0, gt=0)
    currencies: list[str] = Field(default_factory=list)


class MailSettings(Group):
    host: str
    port: int = 25


class ServiceSettings(Settings):
    greeting: str = "Hello"
    closed_days: list[int] = Field(default_factory=list)
    payments: PaymentsSettings
    mail: MailSettings | None = None

    def contradictions(self) -> list[str]:
        long = self.payments.timeout >= self.server.request_timeout
        return [*super().contradictions(), *["PAYMENTS_TIMEOUT must be less"] * long]

    def unsafe(self) -> list[str]:
        sandbox = self.production and "sandbox" in self.payments.url
        return [*super().unsafe(), *["PAYMENTS_URL is a sandbox"] * sandbox]


NEEDED = {"DATABASE_URL": URL, "PAYMENTS_TOKEN": "hunter2"}


def test_a_field_is_a_variable_and_a_group_begins_the_names_of_its_fields(setenv: Any) -> None:
    setenv(**NEEDED, GREETING="Hi", PAYMENTS_URL="https://pay.example", CLOSED_DAYS="[6, 7]")

    settings = ServiceSettings()

    assert settings.greeting == "Hi"
    assert settings.closed_days == [6, 7]
    assert settings.payments.url == "https://pay.example"
    assert settings.payments.token.get_secret_value() == "hunter2"
    assert "hunter2" not in repr(settings)


def test_what_is_missing_is_told_along_with_every_other_fault(setenv: Any) -> None:
    setenv(PAYMENTS_TIMEOUT="0", SERVER_PORT="no", GREETNG="Hi")

    assert [fault.split()[0].strip(":") for fault in faults(ServiceSettings)] == [
        "SERVER_PORT",
        "DATABASE_URL",
        "PAYMENTS_TOKEN",
        "PAYMENTS_TIMEOUT",
        "GREETNG",
    ]


def test_what_is_missing_is_told_with_what_it_means(setenv: Any) -> None:
    setenv(DATABASE_URL=URL)

    assert faults(ServiceSettings) == ["PAYMENTS_TOKEN is missing. What the provider knows us by."]


@pytest.mark.parametrize("given", ["1, 2", "[1, 2", "[1, none]", "[1.5]"])
def test_a_list_that_is_none_is_told_by_the_name_of_its_variable(setenv: Any, given: str) -> None:
    setenv(**NEEDED, CLOSED_DAYS=given, PAYMENTS_CURRENCIES=given)

    assert [fault.split()[0] for fault in faults(ServiceSettings)] == [
        "CLOSED_DAYS:",
        "PAYMENTS_CURRENCIES:",
    ]


def test_a_group_that_may_be_none_is_there_once_something_of_it_is_set(setenv: Any) -> None:
    setenv(**NEEDED)
    assert ServiceSettings().mail is None

    setenv(MAIL_HOST="mail.example")
    assert ServiceSettings().mail == MailSettings(host="mail.example")

    setenv(MAIL_PROT="26")
    assert faults(ServiceSettings) == ["MAIL_PROT is no setting; write MAIL_PORT"]


def test_it_says_what_does_not_go_together_and_what_is_unsafe(setenv: Any) -> None:
    setenv(**NEEDED, PAYMENTS_TIMEOUT="60", METRICS_ENABLED="1", METRICS_PORT="8000")
    assert [fault.split()[0] for fault in faults(ServiceSettings)] == [
        "METRICS_PORT=8000",
        "PAYMENTS_TIMEOUT",
    ]

    setenv(PAYMENTS_TIMEOUT="3", METRICS_PORT="9", ENVIRONMENT="production", LOG_LEVEL="debug")
    assert [fault.split()[0] for fault in faults(ServiceSettings)] == [
        "LOG_LEVEL=debug:",
        "PAYMENTS_URL",
    ]
