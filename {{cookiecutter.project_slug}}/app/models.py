"""Every table of the service, one line for each feature: what Alembic compares."""

# {% if "accounts" in cookiecutter.parts %}
from chassis.accounts import models as accounts

# {% endif %}
from chassis.database.idempotency import IdempotencyKey
from chassis.database.model import Base

# {% if "jobs" in cookiecutter.parts %}
from chassis.jobs import tables as jobs

# {% endif %}
# {% if "example" in cookiecutter.parts %}
from app.features.orders.models import Order, OrderLine
from app.features.products.models import Product

# {% endif %}
# {% if "llm" in cookiecutter.parts %}
from app.features.analyses.models import Analysis

# {% endif %}
__all__ = [
    # {% if "llm" in cookiecutter.parts %}
    "Analysis",
    # {% endif %}
    "Base",
    "IdempotencyKey",
    # {% if "example" in cookiecutter.parts %}
    "Order",
    "OrderLine",
    "Product",
    # {% endif %}
    # {% if "accounts" in cookiecutter.parts %}
    "accounts",
    # {% endif %}
    # {% if "jobs" in cookiecutter.parts %}
    "jobs",
    # {% endif %}
]
