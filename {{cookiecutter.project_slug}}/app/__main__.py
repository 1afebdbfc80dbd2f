"""`python -m app`."""

from app.settings import Settings
from app.transfers import RESOURCES

# {% if "accounts" in cookiecutter.parts %}
from chassis.accounts.commands import commands as accounts

# {% endif %}
from chassis.cli import main
from chassis.cli.service import Service

main(
    Service(
        "app.main:create_app",
        Settings,
        RESOURCES,
        # {% if "accounts" in cookiecutter.parts %}
        {"accounts": accounts},
        # {% endif %}
    )
)
