"""What `make pictures` runs: generates a service as a person does, and draws what the person saw.

The terminal becomes an SVG, and `/docs` of the service that was generated a PNG.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from docs.pictures.terminal import Terminal
from tests.baking import ASKED
from tests.conftest import clone_template
from tests.running import environment, free_port, serving

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PAGE = ("--window-size=1100,2200", "--hide-scrollbars", "--virtual-time-budget=20000")
HEIGHT = 1500
RESOURCE = 'make resource name=invoices fields="number:str:unique total:decimal paid:bool"'
OPERATION = "#/products/create_product"
REFUSED = (
    "ENVIRONMENT=production DATABASE_URL=postgresql://app:postgres@db/shop DATABASE_POOLSIZE=20"
    " SERVER_PORT=eighty .venv/bin/python -m app serve"
)


def main() -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        sys.exit(f"The picture of /docs needs a browser on the PATH: {', '.join(BROWSERS)}.")
    with tempfile.TemporaryDirectory() as place:
        clone_template(Path(place, "fastapi-service-template"))
        project = draw_terminal(Path(place))
        draw_operations(project)
        draw_page(browser, project, Path(place))


def draw_terminal(place: Path) -> Path:
    """Generate a service in a terminal, and a resource in it; return where it is."""
    terminal = Terminal(place)
    terminal.type("uvx cookiecutter fastapi-service-template", answers=len(ASKED))
    terminal.go("order-service")
    terminal.type("make setup")
    terminal.type(RESOURCE)
    keep(terminal, "terminal.svg", "From a question to a resource")
    return terminal.here


def draw_operations(project: Path) -> None:
    """What a service says of its database, and why it does not start."""
    terminal = Terminal(project)
    terminal.type("make doctor")
    terminal.type(REFUSED, ends_with=1)
    keep(terminal, "operations.svg", "Whether it can run, and why not")


def keep(terminal: Terminal, name: str, title: str) -> None:
    picture = terminal.svg(title)
    (HERE / name).write_text(picture, encoding="utf-8", newline="\n")


def draw_page(browser: str, project: Path, place: Path) -> None:
    """Serve the project and take a picture of its `/docs`."""
    port = free_port()
    options = ("--headless", "--no-sandbox", f"--user-data-dir={place / 'browser'}", *PAGE)
    picture = HERE / "docs.png"
    with serving("dev", cwd=project, port=port, log=place / "log"):
        address = f"http://127.0.0.1:{port}/docs{OPERATION}"
        command = (browser, *options, f"--screenshot={picture}", address)
        subprocess.run(command, env=environment(), check=True, capture_output=True)
    with Image.open(picture) as page:
        cut(page.convert("RGB")).quantize(64).save(picture, optimize=True)


def cut(page: Image.Image) -> Image.Image:
    """Where the browser has scrolled to, it leaves the page above it white."""
    white = Image.new("RGB", page.size, "white")
    _, top, _, _ = ImageChops.difference(page, white).getbbox() or (0, 0, 0, 0)
    return page.crop((0, top - 10, page.width, top - 10 + HEIGHT))


if __name__ == "__main__":
    main()
