"""Where and with what it was measured; nothing that names the machine or its owner."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psutil

LIBRARIES = (
    *("fastapi", "starlette", "uvicorn", "uvloop", "httptools"),
    *("pydantic", "sqlalchemy", "asyncpg", "orjson"),
)
BUSY = 0.1
"""Share of the CPUs used by others from which on only ratios mean something."""


def describe(python: Path, busy: float) -> list[str]:
    """Sentences; `busy` is what `busyness` said when the run began."""
    where = f"{os.cpu_count()} cores of {_cpu_model()}, {platform.system()}"
    warning = ": a busy machine, on which only the ratios mean something." if busy > BUSY else "."
    return [
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, {where}.",
        _versions(python),
        f"Other programs used {busy:.0%} of the CPUs when the run began{warning}",
    ]


def busyness() -> float:
    """Share of all CPUs in use during two seconds, from 0 to 1."""
    return float(psutil.cpu_percent(interval=2)) / 100


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _versions(python: Path) -> str:
    """Of what the service runs on, asked in its own environment."""
    script = Path(__file__).parent / "subjects/versions.py"
    said = subprocess.run([python, script, *LIBRARIES], check=True, capture_output=True)
    return ", ".join(f"{name} {version}" for name, version in json.loads(said.stdout)) + "."
