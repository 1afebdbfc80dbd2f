"""No fault, no repr and no command shows a value that may hold a secret."""

from typing import Any

import pytest
from pydantic import ConfigDict, SecretStr, ValidationError, field_validator

from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.settings.groups import Group
from chassis.settings.names import setting_names
from tests.chassis.settings.telling import URL, faults
from tests.support.serving import APPLICATION, interpret

LEAKY = [
    *(
        "http://user:hunter2@h x",
        "user:hunter2@h",
        "//user:hunter2@h/x?y=hunter2",
        "password=hunter2",
    ),
    *('["https://user:hunter2@h"]', '{"a": "x://user:hunter2@h"}', "x, http://user:hunter2@h/x"),
]


class ShopSettings(Group):
    """What a service may add."""

    api_key: str = "hunter2"
    webhook_url: str = ""
    secret: SecretStr | None = None
    limit: int = 1
    callback: str = "https://user:hunter2@h"

    model_config = ConfigDict(extra="forbid")

    @field_validator("api_key", "webhook_url", "callback")
    @classmethod
    def _right(cls, value: str) -> str:
        if value.startswith("wrong"):
            message = f"{value} is wrong"
            raise ValueError(message)
        return value


class ServiceSettings(Settings):
    shop: ShopSettings = ShopSettings()
    admin_password: str = "hunter2"


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
@pytest.mark.parametrize("name", setting_names(Settings))
def test_no_fault_of_any_setting_shows_a_password(setenv: Any, name: str) -> None:
    for value in LEAKY:
        setenv(**{"DATABASE_URL": URL, name: value})

        assert "hunter2" not in told()


def told() -> str:
    try:
        return repr(Settings())
    except SettingsError as error:
        return str(error)


@pytest.mark.parametrize("value", ["http://user:hunter2@h x", "hunter2", "user:hunter2@h"])
def test_the_value_of_an_address_is_not_told(setenv: Any, value: str) -> None:
    setenv(DATABASE_URL=URL, TRACING_ENDPOINT=value)

    (fault,) = faults()

    assert fault == (
        "TRACING_ENDPOINT: is no address of a collector; write it like http://collector:4318"
    )


def test_a_harmless_value_is_told(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, SERVER_WORKERS="two", SERVER_TRUSTED_PROXIES="proxy")

    workers, proxies = faults()

    assert workers.endswith("(it is 'two')")
    assert proxies == (
        "SERVER_TRUSTED_PROXIES: 'proxy' is no address or network (CIDR) (it is 'proxy')"
    )


def test_a_group_that_is_no_mapping_is_not_told() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.model_validate({"database": URL})

    assert "DATABASE: Input should be a valid dictionary" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SHOP_API_KEY", "wrong-hunter2", "SHOP_API_KEY: cannot be used"),
        ("SHOP_WEBHOOK_URL", "wrong-hunter2", "SHOP_WEBHOOK_URL: cannot be used"),
        ("SHOP_CALLBACK", "wrong:hunter2@h", "SHOP_CALLBACK: cannot be used"),
        ("SHOP_CALLBACK", "wrong", "SHOP_CALLBACK: wrong is wrong (it is 'wrong')"),
        ("SHOP_PASSWORD", "hunter2", "SHOP_PASSWORD: Extra inputs are not permitted"),
    ],
)
def test_settings_that_a_service_adds_are_hidden_as_well(
    setenv: Any, name: str, value: str, told: str
) -> None:
    setenv(**{"DATABASE_URL": URL, name: value})

    with pytest.raises(SettingsError) as refused:
        ServiceSettings()

    assert refused.value.faults == [told]


def test_repr_and_str_hide_by_name_and_by_shape(setenv: Any) -> None:
    setenv(DATABASE_URL=URL, TRACING_ENDPOINT="http://user:hunter2@collector:4318")

    settings = ServiceSettings()

    for shown in (repr(settings), str(settings), repr(settings.shop), str(settings.tracing)):
        assert "hunter2" not in shown
    assert "api_key='***', webhook_url='', secret=None, limit=1" in repr(settings)
    assert settings.shop.api_key == "hunter2"
    assert settings.tracing.spans_endpoint == "http://user:hunter2@collector:4318/v1/traces"


def test_what_pydantic_tells_of_its_own_shows_no_input() -> None:
    with pytest.raises(ValidationError) as refused:
        ShopSettings.model_validate({"limit": "hunter2", "api_key": 5})

    assert "2 validation errors" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("arguments", [("serve",), ("doctor", "--json")])
def test_no_command_shows_a_password(arguments: tuple[str, ...]) -> None:
    env = dict.fromkeys(setting_names(Settings), "http://user:hunter2@h x")
    with interpret(APPLICATION, *arguments, env=env) as process:
        output, _ = process.communicate()

    assert process.returncode == 1
    assert "TRACING_ENDPOINT: is no address" in output
    assert "Traceback" not in output
    assert "hunter2" not in output
