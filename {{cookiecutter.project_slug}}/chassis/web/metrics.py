"""`/metrics` on the service's own port, for who leaves METRICS_PORT empty."""

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.auth.guards import public
from chassis.observability.metrics.exposition import exposition


def serve_metrics(app: FastAPI, registry: CollectorRegistry) -> None:
    @public  # it is on the service's own port because somebody wants it there
    def metrics(request: Request) -> Response:  # in a thread: reading many files takes a while
        content, media_type = exposition(registry, request.headers.get("accept", ""))
        return Response(content, headers={"Content-Type": media_type})

    app.router.routes.append(Route("/metrics", metrics, include_in_schema=False))
