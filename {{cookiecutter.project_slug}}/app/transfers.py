"""Every resource that `python -m app import` and `export` know, one line for each feature."""

from chassis.csv_files.resource import Resource

# {% if "example" in cookiecutter.parts %}
from app.features.products.models import Product
from app.features.products.schemas import ProductCreate

# {% endif %}
RESOURCES: list[Resource] = [
    # What the API calls it, the table, and the schema that a new one has to pass.
    # {% if "example" in cookiecutter.parts %}
    Resource("products", Product, ProductCreate),
    # {% endif %}
]
