"""Health of a worker, for who starts it again and for who rolls it out."""

from time import monotonic
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from chassis.web.health import CurrentProbe, CurrentStanding, Health
from chassis.web.serving.drain import CurrentDrain

if TYPE_CHECKING:
    from chassis.jobs.worker.worker import Worker

router = APIRouter()

POLLS = 3
PATIENCE = 60.0
"""Seconds beyond: a database that is away holds a claim up, and no restart mends it."""


@router.get("/health/live", responses={503: {"model": Health}})
async def get_liveness(request: Request, response: Response) -> Health:
    """Whether it looks for jobs, or could."""
    worker: Worker = request.app.state.worker
    stands = monotonic() - worker.moved_at > POLLS * worker.poll + PATIENCE
    if stands and not request.app.state.drain.is_set():
        response.status_code = 503
        return Health(status="unavailable")
    return Health(status="ok")


@router.get("/health/ready", responses={503: {"model": Health}})
async def get_readiness(
    probe: CurrentProbe, migrations: CurrentStanding, drain: CurrentDrain, response: Response
) -> Health:
    """Whether its database answers and has the tables that its code needs."""
    available = await probe.check() and await migrations.suffice()
    health = Health(status="ok" if available else "unavailable")
    if drain.is_set():
        health = Health(status="draining")
    if health.status != "ok":
        response.status_code = 503
    return health
