"""Every metric and its labels. The names are part of the API: dashboards use them."""

from fastapi import FastAPI

from tests.chassis.observability.metrics.measuring import until_scraped
from tests.support.clients import Client

NAMES = {
    "http_requests_total": {"method", "route", "status"},
    "http_request_duration_seconds_bucket": {"method", "route", "status", "le"},
    "http_requests_in_progress": {"method"},
    "websockets_open": {"route"},
    "database_pool_size": {"database"},
    "database_pool_checked_out": {"database"},
    "database_pool_overflow": {"database"},
    "database_pool_waiting": {"database"},
    "database_pool_checkout_seconds_bucket": {"database", "le"},
    "database_pool_timeouts_total": {"database"},
    "database_pool_invalidations_total": {"database"},
    "database_query_duration_seconds_bucket": {"database", "le"},
    "database_available": {"database"},
    "outbound_call_duration_seconds_bucket": {"upstream", "outcome", "le"},
    "outbound_calls_in_progress": {"upstream"},
    "outbound_retries_total": {"upstream"},
    "cache_requests_total": {"cache", "outcome"},
    "cache_load_duration_seconds_bucket": {"cache", "le"},
    "cache_entries": {"cache"},
    "event_loop_lag_seconds_bucket": {"le"},
    "rate_limit_exceeded_total": {"route"},
    "rate_limit_unavailable_total": set(),
    "auth_tokens_total": {"outcome"},
    "auth_key_fetches_total": {"outcome"},
    "service_info": {"service", "version", "environment"},
}


async def test_every_metric_has_its_name_and_its_labels(app: FastAPI, client: Client) -> None:
    await client.get("/health/live")
    app.state.telemetry.metrics.requests.socket_opened("/ws")
    app.state.telemetry.metrics.upstream("shop").ended("ok", 0.1)
    app.state.telemetry.metrics.caches.asked("price", "hit")
    app.state.telemetry.metrics.caches.loaded("price", 1)
    app.state.telemetry.metrics.caches.holds("price", 1)
    app.state.rate_limiter.observer.exceeded("GET /v1/things")
    app.state.rate_limiter.observer.unavailable()
    app.state.telemetry.caller_observer().token("accepted")
    app.state.telemetry.caller_observer().key_fetch("ok")

    scraped = await until_scraped(app, lambda scraped: bool(scraped.all("database_available")))

    for name, labels in NAMES.items():
        assert {frozenset(found) for found in scraped.labels(name)} == {frozenset(labels)}, name
    known = {
        name.replace("_bucket", end) for name in NAMES for end in ("_bucket", "_sum", "_count")
    }
    ours = {name for name, _, _ in scraped.samples if not name.startswith("process_")}
    assert ours - known == set()
    assert scraped.all("service_info", service="shop", version="1.2.3", environment="test") == [1]
    assert scraped.all("rate_limit_exceeded_total", route="GET /v1/things") == [1]
    assert scraped.all("rate_limit_unavailable_total") == [1]
    assert scraped.total("process_resident_memory_bytes") > 0
