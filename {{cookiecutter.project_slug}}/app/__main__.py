"""`python -m app`."""

# {% if "jobs" in cookiecutter.parts %}
from app.jobs import JOBS, SCHEDULES

# {% endif %}
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

# {% if "jobs" in cookiecutter.parts %}
from chassis.jobs.commands import commands_of
from chassis.jobs.doctor import events

# {% endif %}
# {% if "llm" in cookiecutter.parts %}
from chassis.llm.doctor import llm

# {% endif %}

main(
    Service(
        "app.main:create_app",
        Settings,
        RESOURCES,
        # {% if "accounts" in cookiecutter.parts or "jobs" in cookiecutter.parts %}
        {
            # {% if "accounts" in cookiecutter.parts %}
            "accounts": accounts,
            # {% endif %}
            # {% if "jobs" in cookiecutter.parts %}
            **commands_of(JOBS, SCHEDULES),
            # {% endif %}
        },
        # {% endif %}
        # {% set models = "llm" in cookiecutter.parts or "select-ai" in cookiecutter.parts %}
        # {% if models or "jobs" in cookiecutter.parts %}
        examinations=[
            # {% if "jobs" in cookiecutter.parts %}
            events,
            # {% endif %}
            # {% if "llm" in cookiecutter.parts %}
            llm,
            # {% endif %}
            # {% if "select-ai" in cookiecutter.parts %}
            select_ai,
            # {% endif %}
        ],
        # {% endif %}
    )
)
