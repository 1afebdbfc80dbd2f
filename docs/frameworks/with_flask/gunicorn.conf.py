"""Where a worker opens the database, and where it closes it: after the fork, and at its end."""

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from with_flask.app import close_in, open_in

workers = 2


def post_worker_init(worker: Worker) -> None:
    open_in(worker.wsgi)


def worker_exit(_: Arbiter, worker: Worker) -> None:
    if hasattr(worker, "wsgi"):  # else it has never started
        close_in(worker.wsgi)
