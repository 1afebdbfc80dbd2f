"""`make fix` writes the settings of the team into README.md and .env.example, too."""

import pytest
from pydantic import SecretStr

from chassis.settings import Group, Settings
from tools import settings_docs


class PaymentsSettings(Group):
    url: str = "https://sandbox.payments.example"
    """Where the provider is asked.

    The real one differs.
    """
    token: SecretStr | None = None


class ServiceSettings(Settings):
    greeting: str = "Hello"
    """What a visitor reads first."""
    payments: PaymentsSettings | None = None


@pytest.fixture(autouse=True)
def _of_the_team(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_docs, "Settings", ServiceSettings)


def test_each_is_a_row_of_the_readme() -> None:
    text = settings_docs.readme("before <!-- settings -->\nold\n<!-- end of settings --> after")

    assert text.startswith("before <!-- settings -->\n| variable | default | meaning |\n")
    assert text.endswith(
        "| `GREETING` | `Hello` | What a visitor reads first. |\n"
        "| `PAYMENTS_URL` | `https://sandbox.payments.example` "
        "| Where the provider is asked. The real one differs. |\n"
        "| `PAYMENTS_TOKEN` |  |  |\n<!-- end of settings --> after"
    )


def test_each_is_a_comment_of_the_example_file() -> None:
    text = settings_docs.env_example()

    assert [line for line in text.splitlines() if line and not line.startswith("#")] == []
    assert "# What a visitor reads first.\n# GREETING=Hello\n" in text
