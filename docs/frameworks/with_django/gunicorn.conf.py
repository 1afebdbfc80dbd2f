"""Where a worker opens the database, and where it closes it: after the fork, and at its end."""

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

worker_class = "gthread"
workers = 2
threads = 4
preload_app = True  # Django is imported once; nothing of it is open yet


def post_worker_init(_: Worker) -> None:
    from with_django.apps import shop

    shop().open()


def worker_exit(_: Arbiter, worker: Worker) -> None:
    from with_django.apps import shop

    if hasattr(worker, "wsgi"):  # else it has never started
        shop().close()
