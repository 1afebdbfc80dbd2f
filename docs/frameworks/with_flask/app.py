"""Flask: `gunicorn --config with_flask/gunicorn.conf.py 'with_flask.app:create_app()'`."""

import json
from uuid import UUID

from chassis.database.sync import SyncDatabase
from chassis.problems import Problem
from chassis.settings import Settings
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from products import create_product, get_product, product_in, shown

PROBLEM = "application/problem+json"


def create_app() -> Flask:
    """Opens nothing: a server may call it before it forks its workers."""
    app = Flask(__name__)
    app.register_error_handler(Problem, on_problem)
    app.register_error_handler(HTTPException, on_http_exception)
    app.add_url_rule("/products", view_func=create, methods=["POST"])
    app.add_url_rule("/products/<uuid:key>", view_func=get)
    app.add_url_rule("/health/live", view_func=live)
    app.add_url_rule("/health/ready", view_func=ready)
    return app


def open_in(app: Flask) -> None:
    """Once in each worker; see gunicorn.conf.py."""
    settings = Settings()
    app.extensions["database"] = SyncDatabase(settings.database, settings.service.name)


def close_in(app: Flask) -> None:
    app.extensions.pop("database").close()


def database() -> SyncDatabase:
    held: SyncDatabase = current_app.extensions["database"]
    return held


def create() -> tuple[dict[str, str], int]:
    product = database().transaction(create_product, product_in(request.get_data()))
    return shown(product), 201  # it is committed


def get(key: UUID) -> dict[str, str]:
    return shown(database().reading(get_product, key))


def live() -> dict[str, str]:
    return {"status": "ok"}


def ready() -> tuple[dict[str, str], int]:
    available = database().available()
    return {"status": "ok" if available else "unavailable"}, 200 if available else 503


def on_problem(problem: Problem) -> Response:
    """What the application or the database refused."""
    document = json.dumps(problem.document(request.path))
    return Response(document, problem.status, problem.answer_headers, content_type=PROBLEM)


def on_http_exception(error: HTTPException) -> Response:
    """What Flask refused: no such path, a wrong method, or, as 500, a defect that it has logged."""
    answer = error.get_response()  # with its headers, such as Allow
    members = {"type": "about:blank", "title": error.name, "status": error.code}
    answer.data = json.dumps(members | {"detail": error.description})
    answer.content_type = PROBLEM
    return answer
