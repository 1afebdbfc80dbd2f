"""What `make pictures` runs: generates a service as a person does, and draws what the person saw.

The terminal becomes an SVG, and `/docs` of the service that was generated a PNG.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from docs.pictures.terminal import Terminal
from tests.baking import ASKED
from tests.conftest import clone_template
from tests.running import environment, free_port, serving

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PAGE = ("--window-size=1100,850", "--hide-scrollbars", "--virtual-time-budget=20000")
RESOURCE = 'make resource name=invoices fields="number:str:unique total:decimal paid:bool"'


def main() -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        sys.exit(f"The picture of /docs needs a browser on the PATH: {', '.join(BROWSERS)}.")
    with tempfile.TemporaryDirectory() as place:
        clone_template(Path(place, "fastapi-service-template"))
        project = draw_terminal(Path(place))
        draw_page(browser, project, Path(place))


def draw_terminal(place: Path) -> Path:
    """Generate a service in a terminal, and a resource in it; return where it is."""
    terminal = Terminal(place)
    terminal.type("uvx cookiecutter fastapi-service-template", answers=len(ASKED))
    terminal.go("order-service")
    terminal.type("make setup")
    terminal.type(RESOURCE)
    picture = terminal.svg("From a question to a resource")
    (HERE / "terminal.svg").write_text(picture, encoding="utf-8", newline="\n")
    return terminal.here


def draw_page(browser: str, project: Path, place: Path) -> None:
    """Serve the project and take a picture of its `/docs`."""
    port = free_port()
    options = ("--headless", "--no-sandbox", f"--user-data-dir={place / 'browser'}", *PAGE)
    picture = f"--screenshot={HERE / 'docs.png'}"
    with serving("dev", cwd=project, port=port, log=place / "log"):
        command = (browser, *options, picture, f"http://127.0.0.1:{port}/docs")
        subprocess.run(command, env=environment(), check=True, capture_output=True)


if __name__ == "__main__":
    main()
