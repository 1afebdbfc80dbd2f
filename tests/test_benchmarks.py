"""The benchmarks start, and say what they found; what they find is no matter of tests."""

import asyncio
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import run as run_of_sections
from benchmarks.asks import CREATE, LIVE
from benchmarks.findings import Bars, Findings
from benchmarks.load import Ask, is_complete, send
from benchmarks.measuring import Sample, Samples
from benchmarks.picture import svg
from benchmarks.progress import tell
from benchmarks.results import write
from benchmarks.run import SECTIONS
from benchmarks.sections import llm
from benchmarks.servers import SUBJECTS, Program
from benchmarks.service import Service
from benchmarks.storms import Suffered
from benchmarks.tables import Table
from benchmarks.targets import TARGETS, table
from tests.baking import ROOT
from tests.running import environment

TABLE = Table("Speed", ("", "CPU µs"), [("bare", "100"), ("this service", "1,200")], "A note.")


def test_a_table_is_aligned_for_a_terminal() -> None:
    assert TABLE.text().splitlines() == [
        "",
        "Speed",
        "                CPU µs",
        "  bare             100",
        "  this service   1,200",
    ]


def test_a_table_is_markdown_for_the_page() -> None:
    assert TABLE.markdown().splitlines() == [
        "## Speed",
        "",
        "A note.",
        "",
        "|  | CPU µs |",
        "|---|---:|",
        "| bare | 100 |",
        "| this service | 1,200 |",
    ]


def test_a_target_says_whether_it_was_met() -> None:
    at_most = next(target for target in TARGETS if not target.at_least)
    at_least = next(target for target in TARGETS if target.at_least)
    ratios = {at_most.ratio: at_most.limit + 0.01, at_least.ratio: at_least.limit}
    met = {row[0]: row[3] for row in table(ratios).rows}
    assert met.pop(at_most.says) == "**no**"
    assert met.pop(at_least.says) == "yes"
    assert set(met.values()) == {"not measured"}


def test_of_a_target_that_was_missed_it_says_what_is_in_the_way() -> None:
    target = next(target for target in TARGETS if target.in_the_way)
    missed = table({target.ratio: target.limit + 0.01}).note
    assert target.in_the_way in missed
    assert target.in_the_way not in table({target.ratio: target.limit}).note


def test_medians_are_of_rounds_and_ratios_of_neighbours() -> None:
    ours = [Sample(cpu, 1, 1, 1) for cpu in (20.0, 30.0, 400.0)]
    bare = [Sample(cpu, 1, 1, 1) for cpu in (10.0, 10.0, 200.0)]
    samples = Samples({"ours": ours, "bare": bare})
    assert samples.median("ours").cpu == 30.0
    assert samples.ratio("ours", "bare") == 2.0


def test_a_storm_tells_how_many_were_served_and_refused() -> None:
    suffered = Suffered(Counter({201: 42, 503: 158}), p50=3.04, p99=37.0, memory=121.6)
    assert suffered.row("a storm") == ("a storm", "42", "158", "3.0", "37.0", "122")


def test_the_page_holds_targets_tables_and_the_picture(tmp_path: Path) -> None:
    bars = [Bars("trivial route", {"this service": 1.0})]
    write(Findings([TABLE], bars=bars), ["Measured somewhere."], tmp_path)
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == ["# Results", "## Targets", "## Speed"]
    assert "* Measured somewhere.\n" in text
    assert "](results.svg)" in text
    assert (tmp_path / "results.svg").is_file()


def test_the_picture_has_a_bar_for_each_figure() -> None:
    root = ET.fromstring(svg([Bars("a < b", {"bare": 100, "ours": 200})], "ours"))  # noqa: S314
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["a < b", "bare", "100", "ours", "200"]
    _, bare, ours = root.iter("{http://www.w3.org/2000/svg}rect")
    assert int(ours.attrib["width"]) == 2 * int(bare.attrib["width"])
    assert ours.attrib["fill"] != bare.attrib["fill"]


def test_a_section_that_does_not_exist_is_refused_before_anything_is_baked() -> None:
    command = [sys.executable, "-m", "benchmarks", "htpp"]
    said = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert said.returncode == 2
    assert "no such section: htpp" in said.stderr
    assert all(name in said.stderr for name in SECTIONS)


def test_a_section_that_breaks_costs_no_other_its_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(_: Service) -> Findings:
        message = "a check was red"
        raise RuntimeError(message)

    sections = {"breaks": breaks, "stands": lambda _: Findings([TABLE])}
    written: list[tuple[Findings, list[str]]] = []
    monkeypatch.setattr(run_of_sections, "SECTIONS", sections)
    monkeypatch.setattr("benchmarks.machine.describe", lambda *_: ["Somewhere."])
    monkeypatch.setattr("benchmarks.results.write", lambda *given: written.append(given[:2]))
    monkeypatch.setattr(Service, "migrate", lambda _: None)

    with pytest.raises(SystemExit, match="because they broke: breaks"):
        run_of_sections.measure(tmp_path, list(sections))

    ((found, circumstances),) = written
    assert found.tables == [TABLE]
    assert circumstances == ["Somewhere.", "Not measured, because they broke: breaks."]
    assert "RuntimeError: a check was red" in capsys.readouterr().err


def test_it_says_where_it_is_and_since_when(capsys: pytest.CaptureFixture[str]) -> None:
    tell("http, section 1 of 13")
    said = capsys.readouterr()
    assert re.fullmatch(r"\[\d\d+:\d\d\] http, section 1 of 13\n", said.err)
    assert said.out == ""  # tables alone


def test_no_two_bodies_of_created_rows_are_alike() -> None:
    bodies = {CREATE.encode() for _ in range(100)}
    assert len(bodies) == 100


def test_resources_are_written_into_a_copy(installed: Path, tmp_path: Path) -> None:
    copy = Service(installed, installed / ".venv/bin/python").copy(tmp_path / "copy")
    copy.run("resources.py", "2")
    assert (copy.directory / "app/features/ab_gadgets/router.py").is_file()
    assert "ab_gadgets" in (copy.directory / "app/api.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Le", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nO", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n", True),
    ],
)
def test_the_client_knows_the_end_of_an_answer(answer: bytes, *, ends: bool) -> None:
    assert is_complete(answer) is ends


def test_what_a_service_is_started_with_is_given_to_all_it_runs(tmp_path: Path) -> None:
    (tmp_path / "say.py").write_text("import os; print(os.environ['DATABASE_URL'])")
    service = Service(tmp_path, Path(sys.executable), {"DATABASE_URL": "postgresql://db/jobs"})

    assert service.run(str(tmp_path / "say.py")) == "postgresql://db/jobs\n"
    assert service.copy(tmp_path / "copy").settings == service.settings
    assert dict(service.program().env)["DATABASE_URL"] == "postgresql://db/jobs"
    assert dict(service.program_of("with_streams.py").env)["DATABASE_URL"] == "postgresql://db/jobs"


@pytest.mark.parametrize("path", ["/readings", "/written"])
def test_streams_are_read_to_their_end(path: str, installed: Path) -> None:
    service = Service(installed, installed / ".venv/bin/python")
    with service.subject("bare_streams").running() as server:
        assert len(asyncio.run(send(server.port, Ask(path), 4, connections=2))) == 4


def test_first_words_are_timed_and_who_leaves_is_followed(installed: Path) -> None:
    """Here the model stands where the service would."""
    service = Service(installed, installed / ".venv/bin/python")
    model = Program((service.python, SUBJECTS / "model_stub.py"), installed)
    with model.running() as stub:
        ways, ends = json.loads(service.run("first_word.py", str(stub.port), str(stub.port), "1"))

    assert set(ways) == {llm.SDK, llm.OURS, "bare httpx2"}
    assert all(found > 0 for rounds in (*ways.values(), ends) for found in rounds)


@pytest.mark.parametrize("name", ["bare_asgi", "bare_starlette", "bare_fastapi", "usual_way"])
def test_the_client_measures_a_subject(name: str, installed: Path) -> None:
    service = Service(installed, installed / ".venv/bin/python")
    program = service.subject(name)
    nowhere = "postgresql://nobody@localhost:1/nothing"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", nowhere)
        with program.running() as server:
            assert len(asyncio.run(send(server.port, LIVE, 32, connections=4))) == 32
            assert server.cpu() > 0
            assert server.memory() > 1
            with pytest.raises(RuntimeError, match="200 OK"):
                asyncio.run(send(server.port, Ask(LIVE.path, status=404), 4, connections=2))
