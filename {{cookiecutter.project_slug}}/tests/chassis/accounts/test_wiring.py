"""Accounts where no key is set, in production, and where things are counted."""

from typing import Any

import pytest

from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.settings.identity import Environment
from tests.chassis.accounts.people import Person, add_user, problem
from tests.support.callers import with_auth
from tests.support.clients import client_of
from tests.support.composition import StartApp

WRONG = "wrong horse, wrong battery"


async def test_without_a_key_nobody_signs_in_and_the_answer_says_why(
    start_app: StartApp, settings: Settings
) -> None:
    auth = settings.auth.model_copy(update={"keys": []})
    app = await start_app(settings.model_copy(update={"auth": auth}))
    async with client_of(app) as client:
        refused = await Person(client, "ada@shop.example").sign_in()

    assert problem(refused) == (503, "unavailable")
    assert "AUTH_KEYS" in refused.json()["detail"]


async def test_production_does_not_start_without_a_key(
    start_app: StartApp, settings: Settings
) -> None:
    """Also where a provider lets guarded routes be called; migrations run all the same."""
    believed = {"oidc_issuer": "https://id.shop.example", "oidc_audience": ["shop"]}
    auth = with_auth(settings, **believed).auth
    production = {"environment": Environment.PRODUCTION, "auth": auth}

    with pytest.raises(SettingsError, match="AUTH_KEYS is missing"):
        await start_app(settings.model_copy(update=production))


async def test_logins_and_reused_tokens_are_counted(
    start_app: StartApp, settings: Settings, sql: Any
) -> None:
    metrics = settings.metrics.model_copy(update={"enabled": True, "port": None})
    auth = settings.auth.model_copy(update={"login_failures": 1})
    app = await start_app(settings.model_copy(update={"metrics": metrics, "auth": auth}))
    await add_user(app.state.database, "ada@shop.example")
    async with client_of(app) as client:
        ada = Person(client, "ada@shop.example")
        await ada.sign_in()
        stolen = ada.refresh
        await ada.renew()
        await ada.renew()
        await ada.renew(stolen)
        await ada.sign_in(WRONG)
        await ada.sign_in(WRONG)
        counted = (await client.get("/metrics")).text

    assert 'auth_logins_total{outcome="succeeded"} 1.0' in counted
    assert 'auth_logins_total{outcome="failed"} 1.0' in counted
    assert 'auth_logins_total{outcome="throttled"} 1.0' in counted
    assert "auth_refresh_reused_total 1.0" in counted
