"""What docs/accounts.md tells to type does what it says."""

import asyncio
import json
import os
import re
import subprocess
import sys
from typing import Any

from tests.chassis.accounts.people import KEY, PASSWORD
from tests.support.composition import PROJECT
from tests.support.serving import PATIENCE, serving

FACTORY = "tests.chassis.accounts.application:create_app"
KEPT = {"access_token": "ACCESS", "refresh_token": "REFRESH", "id": "USER_ID"}
"""What a reader copies from an answer for a later command."""


def commands() -> list[str]:
    page = (PROJECT / "docs/accounts.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


async def test_every_command_of_the_page_succeeds(clean_database: None, database_url: str) -> None:
    env = {"DATABASE_URL": database_url, "DATABASE_CONNECT_TIMEOUT": "60", "AUTH_KEYS": KEY}
    env["LOG_FORMAT"] = "json"
    typed = commands()
    assert len(typed) > 10
    with serving(FACTORY, env=env) as served:
        known = os.environ | {"PYTHONPATH": str(PROJECT)} | env
        for command in typed:
            answer = await asyncio.to_thread(run, command, served.url, known)
            known |= {KEPT[name]: answer[name] for name in KEPT if answer.get(name)}
            if "sessions/current" in command:  # the reader goes on, and signs in again
                again = next(it for it in typed if "/v1/auth/sessions " in it)
                again = again.replace(PASSWORD, "another horse, another battery")
                answer = await asyncio.to_thread(run, again, served.url, known)
                known["ACCESS"] = answer["access_token"]
    statuses = [
        line["status"] for line in map(json.loads, served.log().splitlines()) if "status" in line
    ]
    assert len(statuses) > 9
    assert {status // 100 for status in statuses} == {2}


def run(command: str, url: str, env: dict[str, str]) -> dict[str, Any]:
    command = command.replace("http://127.0.0.1:8000", url)
    command = re.sub(r"(?:\.venv/bin/)?python -m", f"{sys.executable} -m", command)
    command = command.replace("-m app", "-m tests.chassis.accounts.program")
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace("curl", "curl --silent --show-error")],
        input=PASSWORD,
        env=env,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    assert isinstance(answer, dict)
    return answer
