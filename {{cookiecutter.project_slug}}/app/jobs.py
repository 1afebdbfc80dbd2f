"""Every job that `python -m app work` does, and every schedule, one line each."""

from chassis.jobs import Job, Schedule

# {% if "example" in cookiecutter.parts %}
from app.features.orders.jobs import send_receipt

# {% endif %}
JOBS: list[Job[...]] = [
    # Functions with `@job()`: a worker knows no other.
    # {% if "example" in cookiecutter.parts %}
    send_receipt,
    # {% endif %}
]

SCHEDULES: list[Schedule] = [
    # When, in cron's words, and which of the jobs above: Schedule("30 3 * * *", clean_up).
]
