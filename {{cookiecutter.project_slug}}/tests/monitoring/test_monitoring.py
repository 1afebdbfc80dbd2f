"""Rules, dashboard and runbook speak of the same metrics, alerts and problems."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import api  # noqa: F401  so that the problems of every feature are known
from chassis.observability.metrics.instruments import Metrics
from chassis.outbound import problems as _of_upstreams  # noqa: F401  so that they are known
from chassis.problems import Problem
from chassis.settings.identity import Environment, Identity

PROJECT = Path(__file__).parent.parent.parent
MONITORING = PROJECT / "monitoring"
FAMILIES = (
    *("auth", "cache", "database", "event_loop", "events", "http", "jobs?", "outbound"),
    *("rate_limit", "select_ai", "service", "websockets"),
)
METRIC = re.compile(rf"\b(?:{'|'.join(FAMILIES)})_[a-z_]+\b(?!=)")
RECORDERS = {
    "chassis.accounts": "AccountRecorder",
    "chassis.jobs": "JobRecorder",
    "chassis.select_ai": "QuestionRecorder",
}
"""In the module `metrics` of a part, where it is taken."""


def known_metrics() -> set[str]:
    registry = Metrics(Identity("shop", "1", Environment.TEST)).registry
    for room, recorder in RECORDERS.items():
        if find_spec(room):
            getattr(import_module(f"{room}.metrics"), recorder)(registry)
    kinds = {metric.name: metric.type for metric in registry.collect()}
    return {f"{name}_total" if kind == "counter" else name for name, kind in kinds.items()}


def read(path: str) -> str:
    return (PROJECT / path).read_text(encoding="utf-8")


def metrics_in(expressions: list[str]) -> set[str]:
    found = {name for text in expressions for name in METRIC.findall(text)}
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in found}


def every(pattern: str) -> list[Any]:
    """What is in these files of `monitoring/`: a part has its own."""
    files = sorted(MONITORING.glob(pattern))
    assert files
    return [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]


def alerts() -> dict[str, dict[str, Any]]:
    groups = [group for rules in every("*rules.yaml") for group in rules["groups"]]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def dashboards() -> list[dict[str, Any]]:
    """The service's, and those of its parts."""
    files = sorted(MONITORING.glob("*dashboard.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def targets() -> list[dict[str, Any]]:
    panels = [panel for each in dashboards() for panel in each["panels"]]
    return [target for panel in panels for target in panel.get("targets", [])]


def problems(kind: type[Problem] = Problem) -> Iterator[str]:
    """The types that the service itself answers with, whatever tests have defined."""
    for each in kind.__subclasses__():
        if each.__module__.startswith(("app.", "chassis.")) and each.type != Problem.type:
            yield each.type
        yield from problems(each)


def headings(level: str) -> list[str]:
    return re.findall(rf"^{level} `(.+)`$", read("docs/runbook.md"), re.MULTILINE)


def test_the_rules_and_the_dashboard_name_metrics_that_exist() -> None:
    rules = metrics_in([rule["expr"] for rule in alerts().values()])
    panels = metrics_in([target["expr"] for target in targets()])

    assert rules | panels == known_metrics()


def test_every_alert_has_a_section_in_the_runbook_and_every_section_an_alert() -> None:
    told = [name for name in headings("###") if not name.startswith("/")]

    assert sorted(told) == sorted(alerts())


def test_every_problem_has_a_section_in_the_runbook_and_every_section_a_problem() -> None:
    told = [name for name in headings("###") if name.startswith("/")]

    assert sorted(told) == sorted(set(problems()))


def test_every_alert_is_tested_firing_and_silent() -> None:
    tests = [test for file in every("*rules_test.yaml") for test in file["tests"]]
    cases = [case for test in tests for case in test["alert_rule_test"]]

    for fires in (True, False):
        tested = [case["alertname"] for case in cases if bool(case["exp_alerts"]) is fires]
        assert sorted(tested) == sorted(alerts())


def test_every_alert_says_how_urgent_it_is_and_what_is_wrong() -> None:
    for rule in alerts().values():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]


def test_the_rules_pass_their_own_tests() -> None:
    promtool = shutil.which("promtool") or installed_promtool()
    files = sorted(it.name for it in MONITORING.glob("*rules_test.yaml"))
    command = [promtool, "test", "rules", *files]
    done = subprocess.run(
        command, cwd=MONITORING, capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_asks_the_data_source_that_the_reader_chooses() -> None:
    for dashboard in dashboards():
        variables = {each["name"]: each["type"] for each in dashboard["templating"]["list"]}
        assert variables == {"datasource": "datasource", "job": "query"}
    assert {target["datasource"]["uid"] for target in targets()} == {"${datasource}"}
    assert all('job="$job"' in target["expr"] for target in targets())


def test_the_panels_of_the_dashboard_have_ids_of_their_own_and_do_not_overlap() -> None:
    for panels in (dashboard["panels"] for dashboard in dashboards()):
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]

        assert len({panel["id"] for panel in panels}) == len(panels)
        assert len(set(places)) == len(panels)
        assert all(p["gridPos"]["x"] + p["gridPos"]["w"] <= 24 for p in panels)


def installed_promtool() -> str:
    """Of Debian's package, which is unpacked and not installed: its server shall not start."""
    place = Path("/var/tmp/promtool")
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        lacking = "promtool is not on PATH; install Prometheus to test the alert rules"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(lacking)
    if not (place / "usr/bin/promtool").exists():
        place.mkdir(exist_ok=True)
        apt_get("update", "--quiet", place=place)
        apt_get("download", "prometheus", place=place)
        (package,) = place.glob("prometheus_*.deb")
        subprocess.run(["/usr/bin/dpkg", "--extract", package, place], check=True)
        package.unlink()
    return str(place / "usr/bin/promtool")


def apt_get(*arguments: str, place: Path) -> None:
    subprocess.run(["/usr/bin/apt-get", *arguments], cwd=place, capture_output=True, check=True)
