"""One server: where it is, and what can be done to it. Who keeps it alive is in lifetime.py."""

import json
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import Literal, Self
from urllib.parse import quote

from tools.postgres import account
from tools.postgres.errors import PostgresError

StopMode = Literal["fast", "immediate", "smart"]
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Server:
    source: str
    bindir: Path
    directory: Path
    throwaway: bool
    port: int
    password: str = field(repr=False)

    @classmethod
    def load(cls, directory: Path) -> Self:
        saved = json.loads((directory / "server.json").read_text())
        return cls(**saved | {"bindir": Path(saved["bindir"]), "directory": directory})

    def save(self) -> None:
        """Let others find it: they wait for start.lock until we are done."""
        unfinished = self.directory / "server.json.unfinished"
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(asdict(self), default=str))
        unfinished.rename(self.directory / "server.json")

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def url(self, database: str) -> str:
        place = f"{HOST}:{self.port}/{quote(database, safe='')}"
        return f"postgresql://postgres:{self.password}@{place}"

    def is_running(self) -> bool:
        """Ask both: after a crash of the machine, postmaster.pid may name a stranger's process."""
        with suppress(OSError), socket.create_connection((HOST, self.port), timeout=5):
            return self._pg_ctl("status").returncode == 0
        return False

    def start(self) -> None:
        """Start it on its port and wait until it answers; nothing if it runs already."""
        if self.is_running():
            return
        # Left by a crash, it could keep the new server from starting. One that lives after all
        # is still noticed by PostgreSQL, through the shared memory of the data directory.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        log = self.data / "server.log"
        log.unlink(missing_ok=True)
        done = self._pg_ctl("start", "--log", str(log), "--options", f"-p {self.port}")
        if done.returncode != 0:
            reason = log.read_text() if log.exists() else done.stderr
            message = f"{self.source} does not start in {self.directory}: {reason.strip()}"
            raise PostgresError(message)

    def stop(self, mode: StopMode = "fast") -> None:
        done = self._pg_ctl("stop", "--mode", mode)
        if done.returncode != 0 and self.is_running():
            message = f"{self.source} in {self.directory} does not stop: {done.stderr.strip()}"
            raise PostgresError(message)

    def restart(self, mode: StopMode = "fast") -> None:
        self.stop(mode)
        self.start()

    def create_database(self, name: str) -> None:
        """Make sure that it exists."""
        done = account.run(
            self.bindir / "createdb",
            *("--host", HOST, "--port", str(self.port), "--username", "postgres"),
            *("--template", "template0", "--", name),
            env={"PGPASSWORD": self.password},
        )
        exists = ("already exists", "duplicate key value")  # the latter: made by another just now
        if done.returncode != 0 and not any(words in done.stderr for words in exists):
            message = f"The database {name!r} could not be created: {done.stderr.strip()}"
            raise PostgresError(message)

    def _pg_ctl(self, action: str, *arguments: str) -> CompletedProcess[str]:
        options = (*arguments, "--wait") if action != "status" else arguments
        return account.run(self.bindir / "pg_ctl", action, "--pgdata", self.data, *options)
