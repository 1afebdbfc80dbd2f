"""A service with guarded routes that nobody can call."""

import pytest

from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.settings.identity import Environment
from chassis.web.callers.guarded_routes import require_callers
from tests.chassis.auth.guarded import router
from tests.support.callers import with_auth, with_keys

FAULT = "/guarded asks who calls: set AUTH_OIDC_ISSUER or AUTH_KEYS"


def test_production_refuses_to_start(settings: Settings) -> None:
    production = {"environment": Environment.PRODUCTION}
    told = with_auth(settings).model_copy(update=production)

    with pytest.raises(SettingsError) as refused:
        require_callers(told, router.routes)
    assert refused.value.faults == [FAULT]
    require_callers(told, [])
    require_callers(with_keys(told), router.routes)


def test_elsewhere_it_is_told(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    require_callers(with_auth(settings), router.routes)
    assert FAULT in capsys.readouterr().out
