"""A reader's shell that runs nothing, but knows whether each command could be run."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import Path
from urllib.parse import urlsplit

from tests.baking import QUESTIONS
from tests.running import run, uv
from tests.words import simple_commands

NEEDS_NO_CHECK = {"brew", "echo", "export", "open", "pip", "pipx", "sleep", "source"}
OWN_PROGRAMS = ".venv/bin/"
PATH_OPTIONS = {"-C", "-f", "-k", "--env-file", "--file"}
UNLISTED = ("/docs", "/openapi.json", "/metrics", "/health", "/health/live", "/health/ready")
NOWHERE = "postgresql://nobody:x@127.0.0.1:1/nothing"
CRUFT = {"check", "create", "diff", "link", "update"}


@dataclass
class Shell:
    """Where a reader types, and what is installed there."""

    here: Path
    project: Path
    tools: Path

    def faults(self, commands: str) -> list[str]:
        """Say which of the commands cannot be run as they stand."""
        found = ((" ".join(words), self.fault(words)) for words in simple_commands(commands))
        return [f"{command}: {fault}" for command, fault in found if fault]

    def fault(self, words: list[str]) -> str:
        program, arguments = words[0], words[1:]
        if program in NEEDS_NO_CHECK:
            return ""
        if program.startswith(OWN_PROGRAMS):
            return self.fault([program.removeprefix(OWN_PROGRAMS), *arguments])
        if "/" in program:
            return "" if os.access(self.here / program, os.X_OK) else "no such program"
        check = CHECKS.get(program)
        return check(self, arguments) if check else "no check knows this command"

    def change_directory(self, arguments: list[str]) -> str:
        is_project = arguments[0].rstrip("/").endswith(self.project.name)
        self.here = self.project if is_project else self.here / arguments[0]
        return "" if self.here.is_dir() else "no such directory"

    def make(self, arguments: list[str]) -> str:
        folder = arguments[arguments.index("-C") + 1] if "-C" in arguments else "."
        wanted = {word for word in arguments if re.fullmatch(r"[a-z][a-z-]*", word)} - {folder}
        missing = wanted - targets_of(self.here / folder / "Makefile")
        return f"no target {sorted(missing)}" if missing else ""

    def python(self, arguments: list[str]) -> str:
        if arguments[:2] == ["-m", "app"]:
            return self.has_help(["python", "-m", "app"], arguments[2:])
        if arguments[:1] == ["-m"]:
            return "" if (self.here / arguments[1].replace(".", "/")).exists() else "no such module"
        return "" if (self.here / arguments[0]).exists() else "no such file"

    def has_help(self, program: list[str], arguments: list[str]) -> str:
        """Run the subcommand's --help, which may be one of a group, and look for every option."""
        subcommand = takewhile(lambda word: not word.startswith("-"), arguments[:2])
        command = (*program[1:], *subcommand, "--help")
        wide = {"COLUMNS": "200"}
        done = run(self.tools / program[0], *command, cwd=self.project, ok=None, env=wide)
        options = {word.split("=")[0] for word in arguments if word.startswith("-")}
        missing = sorted(option for option in options if option not in done.stdout)
        return f"fails or lacks {missing}" if done.returncode or missing else ""

    def uv(self, arguments: list[str]) -> str:
        if arguments[0] == "run":
            return self.fault([word for word in arguments[1:] if word != "--no-sync"])
        return "" if run(uv(), "help", arguments[0], ok=None).returncode == 0 else "no subcommand"

    def cookiecutter(self, arguments: list[str]) -> str:
        given = (word.split("=")[0] for word in arguments if re.match(r"[a-z_]+=", word))
        unknown = [question for question in given if question not in QUESTIONS]
        return f"no question {unknown}" if unknown else ""

    def curl(self, arguments: list[str]) -> str:
        addresses = [urlsplit(word) for word in arguments if word.startswith("http://")]
        unknown = [a.path for a in addresses if not any(p.fullmatch(a.path) for p in self.routes)]
        return f"no route {unknown}" if unknown or not addresses else ""

    @cached_property
    def routes(self) -> list[re.Pattern[str]]:
        command = (self.tools / "python", "-m", "app", "openapi")
        paths = json.loads(run(*command, cwd=self.project, env={"DATABASE_URL": NOWHERE}).stdout)[
            "paths"
        ]
        return [re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in [*paths, *UNLISTED]]

    def git(self, arguments: list[str]) -> str:
        known = run("git", "--list-cmds=main").stdout.split()
        return "" if arguments[0] in known else "no subcommand"

    def paths_exist(self, arguments: list[str]) -> str:
        pairs = pairwise(arguments)
        named = [path for option, path in pairs if option in PATH_OPTIONS]
        missing = [path for path in named if not (self.here / path).exists()]
        return f"no such path {missing}" if missing else ""

    def is_tried_elsewhere(self, _: list[str]) -> str:
        """By `tests/test_clients.py`, which needs the network."""
        return ""

    def is_of_another(self, _: list[str]) -> str:
        """A program that is no part of the service, such as that of a broker."""
        return ""

    def first_path_exists(self, arguments: list[str]) -> str:
        path = next(word for word in arguments if not word.startswith("-"))
        return "" if (self.here / path).exists() else f"no such path {path}"


Check = Callable[[Shell, list[str]], str]
CHECKS: dict[str, Check] = {
    "cd": Shell.change_directory,
    "make": Shell.make,
    "python": Shell.python,
    "python3": Shell.python,
    "uv": Shell.uv,
    "uvx": lambda shell, arguments: shell.fault(arguments),
    "alembic": lambda shell, arguments: shell.has_help(["alembic"], arguments),
    "pytest": Shell.paths_exist,
    "cookiecutter": Shell.cookiecutter,
    "cruft": lambda _, arguments: "" if arguments[0] in CRUFT else "no subcommand",
    "curl": Shell.curl,
    "git": Shell.git,
    "docker": Shell.paths_exist,
    "kubectl": Shell.paths_exist,
    "nats": Shell.is_of_another,
    "npx": Shell.is_tried_elsewhere,
    "openapi-python-client": Shell.is_tried_elsewhere,
    "cat": Shell.first_path_exists,
    "cp": Shell.first_path_exists,
}


def targets_of(makefile: Path) -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", makefile.read_text(encoding="utf-8"), re.MULTILINE))
