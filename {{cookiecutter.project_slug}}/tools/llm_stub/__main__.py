"""Runs a command with a language model: that of LLM_BASE_URL, else a stub of its own.

The command replaces this process. The stub ends with it: nobody holds its pipe any more.
"""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SET = re.compile(r"^\s*(?:export\s+)?LLM_BASE_URL\s*=\s*\S", re.MULTILINE | re.IGNORECASE)


def main(arguments: list[str]) -> None:
    command = arguments[arguments.index("--") + 1 :]
    if not is_set():
        os.environ["LLM_BASE_URL"] = url = start()
        print(f"Language model: a stub that repeats, at {url}; LLM_BASE_URL sets a real one.")
    sys.stdout.flush()
    os.execvp(command[0], command)


def is_set() -> bool:
    file = PROJECT / ".env"
    told = file.read_text(encoding="utf-8") if file.exists() else ""
    return bool(os.environ.get("LLM_BASE_URL")) or SET.search(told) is not None


def start() -> str:
    """Its address. It listens already: what is asked before it serves, waits."""
    listener = socket.create_server(("127.0.0.1", 0))
    alive, held = os.pipe()
    os.set_inheritable(held, True)  # noqa: FBT003  it takes no keywords
    descriptors = (listener.fileno(), alive)
    program = [sys.executable, "-m", "tools.llm_stub.serving", *map(str, descriptors)]
    subprocess.Popen(program, pass_fds=descriptors, cwd=PROJECT, start_new_session=True)
    return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


if __name__ == "__main__":
    main(sys.argv[1:])
