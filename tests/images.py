"""Build an image without an engine, and run what is in it as an engine would.

No registry is asked: a Debian that mmdebstrap makes stands in for the official Python image. It
has another minor version of Python; all else is the Dockerfile's own.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.running import PATIENCE, environment, run

BASE = "docker.io/library/python:3.13-slim"
PACKAGES = "python3,python3-pip,ca-certificates"
# The builder has the network of this machine, so it needs what this machine needs to use it.
TRUST = ("/etc/ssl/certs", "/etc/pip.conf")
READ_ONLY = """
set -eu
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount --options remount,bind,ro "$ROOT"
mount --types tmpfs tmpfs "$ROOT/tmp"
mount --types proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
exec chroot --userspec="$OWNER" "$ROOT" /usr/bin/env --ignore-environment --chdir=/srv "$@"
"""


@dataclass
class Builder:
    """buildah with a store of its own."""

    home: Path

    def __call__(self, *arguments: str | Path) -> str:
        store = ("--root", self.home / "store", "--runroot", self.home / "run")
        (self.home / "tmp").mkdir(exist_ok=True)
        place = {"TMPDIR": str(self.home / "tmp")}
        return run(
            "buildah", *store, "--storage-driver", self.driver, *arguments, env=place
        ).stdout.strip()

    @cached_property
    def driver(self) -> str:
        """Overlay keeps once what layers share; vfs copies all of it, but needs no file system."""
        names = ("lowerdir", "upperdir", "workdir")
        for name in names:
            (self.home / name).mkdir()
        options = ",".join(f"{name}={self.home / name}" for name in names)
        mounting = ("mount", "--types", "overlay", "overlay", "--options", options)
        tried = run("unshare", "--mount", *mounting, self.home / "lowerdir", ok=None)
        return "vfs" if tried.returncode else "overlay"

    def make_base(self) -> None:
        tree = self.home / "debian"
        run("mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", tree)
        for mark in tree.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
            mark.unlink()
        (tree / "usr/bin/python").symlink_to("python3")
        (tree / "etc/uv").mkdir()
        (tree / "etc/uv/uv.toml").write_text("system-certs = true\n")
        container = self("from", "scratch")
        self("add", "--quiet", container, tree, "/")
        self("commit", "--quiet", "--rm", container, BASE)

    def remove(self) -> None:
        """Unmount and delete all that it stored."""
        self("umount", "--all")
        run("umount", "--lazy", self.home / "store" / self.driver, ok=None)  # some mount it
        shutil.rmtree(self.home, ignore_errors=True)

    def build(self, project: Path, *arguments: str) -> "Image":
        here = [path for path in TRUST if Path(path).exists()]
        volumes = [option for path in here for option in ("--volume", f"{path}:{path}:ro")]
        offline = ("--isolation", "chroot", "--pull-never", "--format", "docker")
        self("bud", "--quiet", *offline, *volumes, *arguments, "--tag", "built", project)
        root = self("mount", self("from", "--pull-never", "localhost/built"))
        config = json.loads(self("inspect", "--type", "image", "localhost/built"))
        return Image(Path(root), config["Docker"]["config"])


@dataclass(frozen=True)
class Image:
    root: Path
    config: dict[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for pair in self.config["Env"])

    def command(self, *command: str, **more: str) -> list[str]:
        """Run it as the image's user, with its environment, on a read-only root but for /tmp."""
        given = self.environment | more
        pairs = [f"{name}={value}" for name, value in given.items()]
        return ["unshare", "--mount", "sh", "-c", READ_ONLY, "-", *pairs, *command]

    @property
    def around(self) -> dict[str, str]:
        return environment(ROOT=str(self.root), OWNER=self.config["User"])

    def run(
        self, *command: str, given: dict[str, str], ok: bool | None = True
    ) -> "subprocess.CompletedProcess[str]":
        return run(*self.command(*command, **given), env=self.around, ok=ok)

    @contextmanager
    def running(self, log: Path, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Start what the image starts; the process is the program itself, as in a container."""
        with log.open("w") as output:
            process = subprocess.Popen(
                self.command(*self.config["Cmd"], **more),
                env=self.around,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)
