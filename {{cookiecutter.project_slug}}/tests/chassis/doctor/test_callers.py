"""What the doctor says of callers, and the service once when it starts."""

from typing import Any

import pytest
import structlog

from chassis.doctor.callers import provider, tell_strangers
from chassis.doctor.report import Finding
from tests.chassis.auth.provider.issuers import AUDIENCE, fake_issuer
from tests.chassis.doctor.examining import AWAY, check, examined, settings_for
from tests.support.callers import KEY
from tests.support.serving import serving

ISSUER = "https://id.shop.example"
OF_PROVIDER = {"oidc_issuer": ISSUER, "oidc_audience": ["shop"]}


@pytest.mark.parametrize(
    ("groups", "status", "message"),
    [
        ({}, "ok", "Nobody is asked who calls"),
        ({"environment": "production"}, "warning", "Nobody is asked who calls"),
        (
            {"environment": "production", "auth": {"keys": [KEY]}},
            "ok",
            "Each route that has a guard asks for a token: its own",
        ),
        (
            {"auth": {"keys": [KEY], "required": True, **OF_PROVIDER}},
            "ok",
            f"Every route that is not public asks for a token: its own or {ISSUER}",
        ),
    ],
)
def test_it_tells_who_is_believed(groups: dict[str, Any], status: str, message: str) -> None:
    found = check("callers", **groups)
    assert (found.status, found.message) == (status, message)


async def asked(**auth: Any) -> Finding:
    return (await provider(settings_for(AWAY, auth=auth)))["provider"]


async def test_it_asks_the_provider_for_its_keys() -> None:
    async with fake_issuer() as issuer:
        well = await asked(**issuer.settings())
        issuer.status = 500
        ill = await asked(**issuer.settings())

    assert (well.status, well.message) == ("ok", f"{issuer.url} tells 1 key to verify with")
    assert ill.status == "error"
    assert ill.message.endswith("/.well-known/openid-configuration answers 500")


def test_the_provider_is_among_the_findings(free_tcp_port: int) -> None:
    auth = {"oidc_issuer": f"http://127.0.0.1:{free_tcp_port}", "oidc_audience": [AUDIENCE]}
    assert examined(AWAY, auth=auth).findings["provider"].status == "error"
    assert "provider" not in examined(AWAY).findings


@pytest.mark.parametrize(
    ("groups", "times"),
    [
        ({"environment": "production"}, 1),
        ({"environment": "production", "auth": {"keys": [KEY]}}, 0),
        ({}, 0),
    ],
)
def test_production_is_told_that_nobody_is_asked(groups: dict[str, Any], times: int) -> None:
    with structlog.testing.capture_logs() as lines:
        tell_strangers(settings_for(AWAY, **groups))
    assert [line["event"] for line in lines] == ["nobody is asked who calls"] * times


def test_the_service_tells_it_when_it_starts(database_url: str) -> None:
    with serving(env={"DATABASE_URL": database_url, "ENVIRONMENT": "production"}) as served:
        served.get("/health/live")
    (line,) = served.lines("nobody is asked who calls")
    assert line["level"] == "warning"
    assert "docs/who-calls.md" in line["reason"]
