"""A real Prometheus scrapes the service, as one process and as several."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from chassis.observability.workers import IN_MEMORY
from tests.chassis.observability.scraping import address_in_log, scrape
from tests.support.serving import APPLICATION, PATIENCE, STARTED, Served, fork, serving, until

ROUTE = "/openapi.json"
CONFIGURATION = """
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: service
    static_configs: [ { targets: [ "%s" ] } ]
"""


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program: from PATH, else out of Debian's package, which is not installed for it."""
    if (found := shutil.which("prometheus")) is not None:
        return Path(found)
    place = tmp_path_factory.mktemp("prometheus")
    try:
        package = downloaded("prometheus", place)
    except (OSError, subprocess.CalledProcessError):
        if os.environ.get("CI"):
            raise
        pytest.skip("NOT TESTED: there is no prometheus here, and no apt-get to get it with")
    run("dpkg-deb", "--extract", package.name, ".", place=place)
    return place / "usr/bin/prometheus"


def downloaded(package: str, place: Path) -> Path:
    try:
        run("apt-get", "download", package, place=place)
    except subprocess.CalledProcessError:  # as long as nobody has fetched the list of packages
        run("apt-get", "update", place=place)
        run("apt-get", "download", package, place=place)
    (file,) = place.glob("*.deb")
    return file


def run(*command: str, place: Path) -> None:
    subprocess.run(command, cwd=place, check=True)


def settings(database_url: str, **more: str) -> dict[str, str]:
    metrics = {"METRICS_ENABLED": "true", "METRICS_PORT": "0"}
    return {"DATABASE_URL": database_url, "LOG_FORMAT": "json", **metrics, **more}


@contextmanager
def scraping(program: Path, address: str, place: Path) -> Iterator[str]:
    """A Prometheus that watches this address; yields its own."""
    configuration = place / "prometheus.yml"
    configuration.write_text(CONFIGURATION % address.split("/")[2])
    command: list[str | Path] = [
        program,
        f"--config.file={configuration}",
        f"--storage.tsdb.path={place / 'data'}",
        "--web.listen-address=127.0.0.1:0",
        "--log.format=json",
    ]
    log = place / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output, cwd=place) as process,
    ):
        try:
            assert until(lambda: _listening(log) or process.poll() is not None), log.read_text()
            yield f"http://{_listening(log)}"
        finally:
            process.terminate()


def _listening(log: Path) -> str | None:
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    told = [line["address"] for line in lines if line.get("msg") == "Listening on"]
    return told[0] if told else None


def ask(prometheus: str, query: str) -> float | None:
    """The value of a query with one result; None when it has none yet."""
    url = f"{prometheus}/api/v1/query"
    response = httpx.get(url, params={"query": query}, timeout=PATIENCE)
    results = response.json()["data"]["result"]
    return float(results[0]["value"][1]) if results else None


def request_many(served: Served, times: int) -> None:
    """Each on a connection of its own, so that every worker gets some."""

    def request(_: int) -> int:
        return served.get(ROUTE).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(request, range(times))) == {200}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_prometheus_reads_what_all_processes_did(
    prometheus: Path, database_url: str, tmp_path: Path, workers: int
) -> None:
    with (
        serving(env=settings(database_url), workers=workers) as served,
        scraping(prometheus, address_in_log(served), tmp_path) as watching,
    ):
        request_many(served, 60)

        counted = f'sum(http_requests_total{{route="{ROUTE}",method="GET",status="200"}})'
        assert until(lambda: ask(watching, counted) == 60), ask(watching, counted)
        assert until(
            lambda: ask(watching, 'database_pool_size{database="primary"}') == 10 * workers
        )
        assert until(lambda: ask(watching, "database_available") == 1)
        assert until(lambda: ask(watching, "service_info") == 1)
        timed = f'http_request_duration_seconds_bucket{{route="{ROUTE}",le="+Inf"}}'
        assert until(lambda: ask(watching, timed) == 60)
        assert until(lambda: ask(watching, 'up{job="service"}') == 1)


def test_a_worker_that_is_killed_leaves_its_counts_and_all_leave_no_file(
    database_url: str,
) -> None:
    with serving(env=settings(database_url), workers=2, measured=True) as served:
        address = address_in_log(served)
        assert until(lambda: scrape(address).all("database_pool_size") == [20])
        request_many(served, 40)
        assert until(lambda: scrape(address).total("http_requests_total", route=ROUTE) == 40)
        place = IN_MEMORY if IN_MEMORY.is_dir() else Path(tempfile.gettempdir())
        (shared,) = place.glob(f"metrics-{served.process.pid}-*")
        assert list(shared.glob("*.db"))
        worker = re.search(r"Started server process \[(\d+)\]", served.log())
        assert worker is not None

        os.kill(int(worker[1]), signal.SIGKILL)

        assert until(lambda: served.log().count(STARTED) == 3)
        assert until(lambda: scrape(address).all("database_pool_size") == [20])
        assert scrape(address).total("http_requests_total", route=ROUTE) == 40

        served.stop()

    assert not shared.exists()


def test_on_the_services_own_port_any_worker_tells_for_all(database_url: str) -> None:
    with serving(env=settings(database_url, METRICS_PORT=""), workers=2, measured=True) as served:
        request_many(served, 40)
        assert until(lambda: counted(served) == 40)

        for _ in range(8):
            assert counted(served) == 40
        assert served.lines("metrics are served") == []


def counted(served: Served) -> float:
    """A request counts a moment after its client has the answer."""
    found = scrape(f"{served.url}/metrics")
    return found.total("http_requests_total", route=ROUTE, status="200")


def test_a_port_that_is_taken_is_told_in_a_sentence(database_url: str) -> None:
    with serving(env=settings(database_url)) as served:
        port = address_in_log(served).rpartition(":")[2].partition("/")[0]
        env = settings(database_url, METRICS_PORT=port)
        with fork(APPLICATION, "serve", "--port=0", "--workers=2", env=env) as process:
            output, _ = process.communicate()

    assert process.returncode == 1
    assert f"METRICS_PORT={port}: cannot listen at 127.0.0.1: Address already in use" in output
    assert "Traceback" not in output
