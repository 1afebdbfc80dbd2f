"""What the template had in `app/` and `tests/`, and where each is now.

Every module is named: one that is not is the team's own, and stays where it is.
"""

IN_APP = {
    "": "cli problems",
    ".csv_files": "exporting faults importing places progress records refusals resource rows "
    "spreadsheets timeouts",
    ".database": "bulk changes copying failures guards idempotency model named reader repository "
    "retries safe_session session",
    ".doctor": "capacity checks connection examination facts migrations others report sizing start",
    ".observability": "events logging methods output queries rendering span_export spans "
    "trace_context workers",
    ".observability.metrics": "exposition instruments recording",
    ".redaction": "lines named names texts values",
    ".settings": "database_urls faults groups names sharing showing sources values",
    ".web": "conditional docs health idempotency metrics openapi pagination responses types",
    ".web.middleware": "deadline drain head hosts limits logging metrics request_id "
    "security_headers span timing trace websocket",
    ".web.rate_limits": "limiter policies process shared standing",
    ".web.routing": "json_body lean_route path_index plain queries quick_router route_table "
    "shadows solving",
}
"""Modules by their room, which has the same name in `chassis`."""
ROOMS = {
    ("app", "chassis.web"): "telemetry",
    ("app", "chassis.web.serving"): "garbage workers",
    ("app.database", "chassis.concurrency"): "background",
    ("app.database", "chassis.database.availability"): "lag probe replica sampling",
    ("app.database", "chassis.database.connections"): "dialect engine line observation password "
    "pgbouncer pool warm_up",
    ("app.database", "chassis.database.paging"): "cursors keyset sorting",
    ("app.database", "chassis.database.quick"): "direct insert_statement insertion listeners "
    "loader plainness",
    ("app.database", "chassis.doctor"): "budget",
    ("app.web", "chassis.web.errors"): "http_exceptions invalid_input meanings problem_response "
    "websocket_errors",
    ("app.web", "chassis.web.middleware"): "exchange",
    ("app.web", "chassis.web.routing"): "body_rules held_sessions matched_route",
    ("app.web", "chassis.web.serving"): "cancellation drain header_timeout listening signals",
    ("app.web.rate_limits", "chassis.observability"): "outage",
    ("app.web", "chassis.web.values"): "decimals meaning stored_json texts",
    ("tests", "tests.chassis"): "served_app served_sockets talking",
    ("tests", "tests.support"): "balancer eventually forking serving",
    ("tests.failures", "tests.support"): "load soaking",
    ("tests.csv_files", "tests.chassis.csv_files"): "conftest gadgets outcomes",
    ("tests.database", "tests.chassis.database"): "asking conftest marking measurements rows "
    "terminating things wire",
    ("tests.database", "tests.chassis.database.availability"): "standby",
    ("tests.database", "tests.chassis.database.connections"): "pgbouncer",
    ("tests.database", "tests.chassis.database.quick"): "comparing documents generated inserting "
    "other_models plain_models",
    ("tests.database.idempotency", "tests.chassis.database.idempotency"): "conftest keeping "
    "posting",
    ("tests.database.replica", "tests.chassis.database.availability.replica"): "conftest reading",
    ("tests.doctor", "tests.chassis.doctor"): "conftest examining",
    ("tests.failures", "tests.chassis.failures"): "conftest served tokens",
    ("tests.observability", "tests.chassis.observability"): "collector conftest scraping",
    ("tests.observability.metrics", "tests.chassis.observability.metrics"): "conftest measuring",
    ("tests.redaction", "tests.chassis.redaction"): "examples",
    ("tests.settings", "tests.chassis.settings"): "conftest telling",
    ("tests.web.routing", "tests.chassis.web.routing"): "sample_routes",
}
"""From one room to another."""
SAME = {(f"app{room}", f"chassis{room}"): modules for room, modules in IN_APP.items()}
PACKAGES = (
    *("csv_files", "database", "doctor", "observability", "observability.metrics", "redaction"),
    *("web", "web.middleware", "web.rate_limits", "web.routing"),
)
"""They moved, but a module in them that is not named here did not: it is the team's own."""
MODULES = {
    **{
        f"{old}.{module}": f"{new}.{module}"
        for (old, new), modules in (SAME | ROOMS).items()
        for module in modules.split()
    },
    "app.csv_files.commands": "chassis.cli.transfers",
    "app.web.deadlines": "chassis.web.middleware.deadline_timer",
    "app.rate_limiting": "chassis.web.rate_limits.wiring",
    "app.web.errors": "chassis.web.errors.handlers",
    "app.web.middleware.rate_limit": "chassis.web.rate_limits.middleware",
}
SESSIONS, NAMED = "chassis.web.sessions", "chassis.web.named_databases"
CLIENTS, COMPOSITION = "tests.support.clients", "tests.support.composition"
NAMES = {
    "app.web.routing.quicken": "chassis.web.routing.quicken",
    "app.web.cancellation.is_cancelled": "chassis.concurrency.cancellation.is_cancelled",
    "app.settings.Environment": "chassis.settings.identity.Environment",
    "app.settings.SECRETS": "chassis.settings.SECRETS",
    "app.settings.WELL_KNOWN_PASSWORDS": "chassis.settings.WELL_KNOWN_PASSWORDS",
    "tests.conftest.Client": f"{CLIENTS}.Client",
    "tests.conftest.PROJECT": f"{COMPOSITION}.PROJECT",
    "tests.conftest.StartApp": f"{COMPOSITION}.StartApp",
    "tests.conftest.client_of": f"{CLIENTS}.client_of",
    "tests.conftest.make_settings": "tests.composition.make_settings",
    "tests.conftest.until_ready": f"{CLIENTS}.until_ready",
    "tests.web.conftest.Line": f"{COMPOSITION}.Line",
    "tests.web.conftest.ReadLog": f"{COMPOSITION}.ReadLog",
    "tests.web.conftest.calling": f"{CLIENTS}.client_of",
    **{
        f"app.database.session.{name}": f"{SESSIONS}.{name}"
        for name in ("CurrentDatabase", "PrimaryReadSession", "ReadSession", "Session")
    },
    **{
        f"app.database.named.{name}": f"{NAMED}.{name}"
        for name in ("database_of", "reads_of", "require_named", "session_of")
    },
}
"""What has gone to another module than the rest of its own."""
PLACES = MODULES | NAMES
PACKAGES_MOVED = {f"app.{name}": f"chassis.{name}" for name in PACKAGES}
DEPENDENCIES = ("for_reads", "in_transaction")
"""Class methods of a repository that are functions of `chassis.web.sessions` now."""


def moved(name: str) -> str:
    """Of a module or of something in it: its longest beginning that has moved decides."""
    if name in PACKAGES_MOVED:
        return PACKAGES_MOVED[name]
    beginning, rest = name, ""
    while beginning and beginning not in PLACES:
        beginning, _, last = beginning.rpartition(".")
        rest = f".{last}{rest}"
    return PLACES[beginning] + rest if beginning else name
