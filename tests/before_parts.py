"""The template as it was before the question `parts`, made from today's, with the tool of then."""

import json
import re
from pathlib import Path

from tests.baking import PARTS, TEMPLATE
from tests.before_the_move import change

WAS = {"example": "cookiecutter.example", "kubernetes": 'cookiecutter.deploy == "kubernetes"'}
TAKEN = """taken = [
        *(["example"] if answers["example"] else []),
        *(["kubernetes"] if answers["deploy"] == "kubernetes" else []),
    ]"""


def go_back(template: Path) -> None:
    """Ask the two questions that there were, and know nothing of `parts`."""
    _ask(template / "cookiecutter.json")
    for path in (template / TEMPLATE.name).rglob("*"):
        if path.is_file() and b"in cookiecutter.parts" in path.read_bytes():
            _condition(path)
    post, pre = (template / f"hooks/{name}_gen_project.py" for name in ("post", "pre"))
    change(post, 'taken = re.split(r"[\\s,]+", answers["parts"])', TAKEN)
    change(post, 'answers["_parts"]', json.dumps(PARTS))
    change(pre, '[parts_fault(str(answers["parts"]), answers["_parts"]), unheard(answers)]', "[]")
    change(template / TEMPLATE.name / "tools/template/record.py", "return heard(", "return dict(")


def _ask(file: Path) -> None:
    asked = json.loads(file.read_text(encoding="utf-8"))
    del asked["parts"], asked["_parts"], asked["__prompts__"]["parts"]
    asked |= {"example": True, "deploy": ["kubernetes", "container"]}
    file.write_text(json.dumps(asked, indent=2), encoding="utf-8")


def _condition(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'"([\w-]+)" in cookiecutter\.parts', lambda it: WAS.get(it[1], "false"), text)
    path.write_text(text, encoding="utf-8")
