"""The first word of a language model through the service, and what the parts cost at start."""

import json
import statistics
import tempfile
from pathlib import Path

from benchmarks import bakes
from benchmarks.findings import Findings
from benchmarks.progress import tell
from benchmarks.servers import SUBJECTS, Program
from benchmarks.service import Service
from benchmarks.tables import Table

CALLS, ROUNDS = 40, 5
SDK, OURS = "bare openai SDK", "this service"
UNLIMITED = {"LLM_CALLS_PER_MINUTE": "0", "LLM_TOKENS_PER_DAY": "0"}
NOWHERE = {"LLM_BASE_URL": "http://127.0.0.1:1/v1"}
ORACLE = {
    "SELECT_AI_DSN": "127.0.0.1:1/shop",
    "SELECT_AI_USER": "reader",
    "SELECT_AI_PASSWORD": "of-the-benchmarks",
    "SELECT_AI_PROFILES": "sales",
}
WORDS = (
    "From the request to the first word, of a model that answers at once, on the same machine; one"
    " call at a time. The service is asked by httpx2, and asks by the SDK. The last line is from a"
    " client that leaves a silent stream to the service that leaves the model."
)
COSTS = "A part costs nothing until it is used. Neither a model nor an Oracle database is there."
DEFAULT, UNUSED = "the default parts", "and llm, select-ai, unused"


def measure(service: Service) -> Findings:
    with tempfile.TemporaryDirectory() as place:
        with_model = bakes.with_parts(Path(place), "example llm select-ai")
        words, ratio = _first_words(with_model)
        costs, ratios = _costs(service, with_model)
    return Findings([words, costs], {"first word": ratio, **ratios})


def _first_words(service: Service) -> tuple[Table, float]:
    model = Program((service.python, SUBJECTS / "model_stub.py"), service.directory)
    with model.running() as stub:
        url = f"http://127.0.0.1:{stub.port}/v1"
        with service.program(LLM_BASE_URL=url, **UNLIMITED).running() as server:
            ports = (str(stub.port), str(server.port))
            found, ends = json.loads(service.run("first_word.py", *ports, str(CALLS)))
    rows = [(name, f"{statistics.median(rounds):.2f}") for name, rounds in found.items()]
    rows.append(("followed out by this service", f"{statistics.median(ends):.2f}"))
    table = Table("First word of a language model", ("", "ms"), rows, WORDS)
    pairs = zip(found[OURS], found[SDK], strict=True)
    return table, statistics.median(ours / theirs for ours, theirs in pairs)


def _costs(service: Service, with_parts: Service) -> tuple[Table, dict[str, float]]:
    programs = {
        DEFAULT: service.program(),
        UNUSED: with_parts.program(),
        "and a model": with_parts.program(**NOWHERE),
        "and Select AI": with_parts.program(**ORACLE),
        "and both": with_parts.program(**NOWHERE, **ORACLE),
    }
    facts: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for number in range(ROUNDS + 1):
        tell(f"  starts, round {number + 1} of {ROUNDS + 1}")
        for name, program in programs.items():
            with program.running() as server:
                if number:  # the first run compiles, and warms the caches
                    facts[name].append((server.start, server.memory()))
    rows = [(name, *_cells(of)) for name, of in facts.items()]
    table = Table("Start and memory with models", ("", "ready after s", "MiB"), rows, COSTS)
    pairs = list(zip(facts[UNUSED], facts[DEFAULT], strict=True))
    ratios = {
        f"{name} with parts": statistics.median(ours[at] / plain[at] for ours, plain in pairs)
        for at, name in enumerate(("start", "memory"))
    }
    return table, ratios


def _cells(facts: list[tuple[float, float]]) -> tuple[str, str]:
    start, memory = map(statistics.median, zip(*facts, strict=True))
    return f"{start:.2f}", f"{memory:.0f}"
