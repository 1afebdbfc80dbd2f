"""`python -m app`."""

from app.settings import Settings
from app.transfers import RESOURCES

# {% if "accounts" in cookiecutter.parts %}
from chassis.accounts.commands import commands as accounts

# {% endif %}
# {% if "select-ai" in cookiecutter.parts %}
from chassis.select_ai.doctor import select_ai

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
        # {% if "select-ai" in cookiecutter.parts %}
        examinations=[select_ai],
        # {% endif %}
    )
)
