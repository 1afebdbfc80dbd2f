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


def test_conditions_of_the_template_stay_around_their_settings() -> None:
    condition, end = "# \x7b% if it is taken %}\n", "# \x7b% endif %}\n"
    rows = f"<!-- settings -->\n{condition}| `PAYMENTS_URL` | old |\n| `PAYMENTS_TOKEN` | old |\n"
    comments = f"{condition}\n# Old.\n# PAYMENTS_URL=\n\n# Old.\n# PAYMENTS_TOKEN=\n"

    table = settings_docs.readme(f"{rows}{end}<!-- end of settings -->")
    example = settings_docs.env_example(f"{comments}{end}\n# Next.\n# NEXT=\n")

    assert f"|\n{condition}| `PAYMENTS_URL` |" in table
    assert table.endswith(f"| `PAYMENTS_TOKEN` |  |  |\n{end}<!-- end of settings -->")
    assert f"\n{condition}\n# Where the provider is asked." in example
    assert example.endswith(f"# PAYMENTS_TOKEN=\n{end}")
