"""The pictures of the README show what is, and cost a reader little to load."""

import html
import re
from pathlib import Path

from tests.baking import ROOT, bake_by_command, steps_of
from tests.test_questions import SENTENCES

PICTURES = ROOT / "docs/pictures"
SHOWN = re.compile(r"!\[([^\]]*)\]\((docs/pictures/[^)]+)\)")


def test_the_readme_describes_and_shows_every_picture() -> None:
    shown = dict(map(reversed, SHOWN.findall((ROOT / "README.md").read_text(encoding="utf-8"))))
    kept = [path for kind in ("png", "svg") for path in PICTURES.glob(f"*.{kind}")]
    assert set(shown) == {path.relative_to(ROOT).as_posix() for path in kept}
    assert all(len(words.split()) > 8 for words in shown.values())
    assert sum(path.stat().st_size for path in kept) < 300_000


def text_of_terminal() -> str:
    picture = (PICTURES / "terminal.svg").read_text(encoding="utf-8")
    rows = re.sub(r"<[^>]+>", "", picture.partition("terminal-matrix")[2])
    return " ".join(html.unescape(rows).split())


def test_the_terminal_shows_what_the_generator_asks_and_says_now(
    tmp_path: Path,
) -> None:
    """Else: make pictures."""
    said = bake_by_command("--no-input", cwd=tmp_path).stdout
    text = text_of_terminal()
    assert [line for line in [*SENTENCES, *steps_of(said)] if line not in text] == []


def test_no_picture_asks_another_site_for_anything() -> None:
    text = (PICTURES / "terminal.svg").read_text(encoding="utf-8")
    assert not re.search(r"url\([\"']?https?:|href=|@import|@font-face", text)
