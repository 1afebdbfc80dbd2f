"""Every router of the service, one line each."""

from fastapi import APIRouter

# {% if "example" in cookiecutter.parts %}
from app.features.orders.router import router as orders
from app.features.products.router import router as products

# {% endif %}
# {% if "llm" in cookiecutter.parts %}
from app.features.analyses.router import router as analyses

# {% endif %}
# {% if "select-ai" in cookiecutter.parts %}
from app.features.questions.router import router as questions

# {% endif %}
# {% if "accounts" in cookiecutter.parts %}
from chassis.accounts.wiring import ROUTERS as ACCOUNTS

# {% endif %}
from chassis.web.health import router as health

ROUTERS: list[APIRouter] = [
    health,
    # {% if "accounts" in cookiecutter.parts %}
    *ACCOUNTS,
    # {% endif %}
    # {% if "example" in cookiecutter.parts %}
    products,
    orders,
    # {% endif %}
    # {% if "llm" in cookiecutter.parts %}
    analyses,
    # {% endif %}
    # {% if "select-ai" in cookiecutter.parts %}
    questions,
    # {% endif %}
]
