"""A service as it was before `chassis/`, made from today's: its template, and a team's work on it.

Made from today's, so that it needs no history of this repository, and grows with what moves.
"""

import json
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

from tests.baking import TEMPLATE
from tests.running import run

TEAM = Path(__file__).with_suffix(".diff")
"""What a team had made beside ours: a resource, a middleware, a test of it."""
HEADER = '''\
class TenantSettings(Group):
    """Whose requests they are."""

    header: str = "X-Tenant"
    """Header that names the tenant."""


'''
EDITS = {
    "app/features/products/router.py": {
        "from app.web.openapi import": "from app.web.middleware.tenant import Tenant\n{}",
        "    page = await products.search(query)\n": "{}"
        '    tenant = Tenant.of(request.headers.get("X-Tenant", ""))\n'
        '    response.headers["X-Tenant"] = tenant.name\n',
    },
    "app/middleware.py": {
        "from app.web.middleware.timing import": "from app.web.middleware.tenant import "
        "TenantMiddleware\n{}",
        "        Middleware(TimingMiddleware),\n": "{}"
        "        Middleware(TenantMiddleware, header=settings.tenant.header),\n",
    },
    "app/settings/groups.py": {"class MetricsSettings(Group):\n": f"{HEADER}{{}}"},
    "app/settings/__init__.py": {
        "    TracingSettings,\n": "    TenantSettings,\n{}",
        "    tracing: TracingSettings = TracingSettings()\n": "{}"
        "    tenant: TenantSettings = TenantSettings()\n",
    },
    "app/api.py": {
        "from app.features.orders.router": "from app.features.invoices.router import router as "
        "invoices\n{}",
        "    orders,\n": "{}    invoices,\n",
    },
    "app/models.py": {
        "from app.features.orders.models": "from app.features.invoices.models import Invoice\n{}",
        '    "Order",\n': '    "Invoice",\n{}',
    },
    "app/database/failures.py": {"There is no such thing.": "There is nothing of that name."},
    "app/main.py": {
        "    configure_logging(settings)\n": "    configure_logging(settings)  # ours\n"
    },
    "tests/web/conftest.py": {'"""': '"""Ours. '},
}
"""Of what was ours: `{}` stands for what was there."""


def tables() -> SimpleNamespace:
    """What went where, from the tool of the service, of which nothing compiled is left there."""
    return SimpleNamespace(**runpy.run_path(str(TEMPLATE / "tools/move_to_chassis/places.py")))


def go_back(service: Path) -> None:
    """Give a template the layout, the names and the signatures that it had."""
    back = {new: old for old, new in tables().PLACES.items()}
    moved = []
    for path in sorted(service.rglob("*.py")):
        name = path.relative_to(service).with_suffix("").as_posix().replace("/", ".")
        name = name.removesuffix(".__init__")
        if name.startswith(("chassis", "tests.chassis", "tests.support", "tools.move_to_chassis")):
            is_room = name.startswith("chassis.settings") and path.stem == "__init__"
            old = "app.settings" if is_room else back.get(name)
            text = path.read_text(encoding="utf-8")
            path.unlink()
            if old:
                place = service / old.replace(".", "/")
                target = place / "__init__.py" if is_room else place.with_suffix(".py")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
                moved.append(target.relative_to(service).as_posix())
    _copy_as_it_is(service.parent / "cookiecutter.json", moved)
    (service / "app/settings.py").unlink()
    for path in [it for it in service.rglob("*") if it.suffix in {".md", ".py"}]:
        path.write_text(_older(path.read_text(encoding="utf-8"), back), encoding="utf-8")
    change(service / "app/main.py", "(settings.log, settings.identity)", "(settings)")
    conftest = service / "tests/web/conftest.py"
    conftest.parent.mkdir(parents=True, exist_ok=True)
    conftest.write_text('"""What the tests of the web layer share."""\n', encoding="utf-8")


def _copy_as_it_is(asked: Path, moved: list[str]) -> None:
    """Nothing of the chassis is rendered, wherever it lies."""
    answers = json.loads(asked.read_text(encoding="utf-8"))
    answers["_copy_without_render"] += moved
    asked.write_text(json.dumps(answers, indent=2), encoding="utf-8")


def _older(text: str, back: dict[str, str]) -> str:
    names = "|".join(map(re.escape, sorted(back, key=len, reverse=True)))
    text = re.sub(
        r"^from chassis\.web\.sessions import (.*)\n",
        lambda match: _without_dependencies(match[1]),
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(r"\b(in_transaction|for_reads)\((\w+Repository)\)", r"\2.\1", text)
    text = re.sub(rf"\b({names})\b", lambda match: back[match[1]], text)
    paths = names.replace(r"\.", "/")
    text = re.sub(rf"\b({paths})\b", lambda m: back[m[1].replace("/", ".")].replace(".", "/"), text)
    return text.replace("from chassis.settings import", "from app.settings import")


def _without_dependencies(names: str) -> str:
    rest = [name for name in names.split(", ") if name[0].isupper()]
    return f"from app.database.session import {', '.join(rest)}\n" if rest else ""


def work_of_a_team(project: Path) -> None:
    """Edits in what was ours, and things of its own, committed."""
    text = TEAM.read_text(encoding="utf-8")
    run("git", "apply", "-", cwd=project, text=text.replace('"0002"', f'"{_head(project)}"'))
    for name, edits in EDITS.items():
        for before, after in edits.items():
            change(project / name, before, after.replace("{}", before))


def _head(project: Path) -> str:
    versions = (project / "migrations/versions").glob("*.py")
    texts = "".join(path.read_text(encoding="utf-8") for path in versions)
    revised = set(re.findall(r'^down_revision.*"(\w+)"', texts, re.MULTILINE))
    heads = set(re.findall(r'^revision.*"(\w+)"', texts, re.MULTILINE)) - revised
    assert len(heads) == 1
    return str(*heads)


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{path} has no {before!r}"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
