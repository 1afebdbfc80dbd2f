"""Resources that `make resource` writes into a baked service."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.running import environment, make

# Together, every type and every constraint. The first is the README's of the service.
TEN = {
    "invoices": "number:str(40):unique total:decimal due_at:datetime:index paid:bool:default=false "
    "note:text:optional",
    "customers": "email:str(320):unique(ci):index name:str:index tier:enum(free,pro):default=free "
    "active:bool:default=true score:float:index:optional:min=0:max=1 born_on:date:optional",
    "bookings": "customer_id:ref(customers) room:int:index starts_at:datetime:index "
    "price:decimal(10,3):index:min=0:default=0 external_id:uuid:unique",
    "people": "name:str meta:json:optional",
    "accounts": "iban:str:34:unique nick:str(1):unique(ci):optional balance:decimal(30,8):index "
    "big:bigint:index:default=-5:max=9 opened_on:date:index:min=2030-01-01",
    "memberships": "customer_id:ref(customers) account_id:ref(accounts)",
    "categories": "slug:str(40):unique:index weight:float:index:default=1.5 initial:str(1)",
    "statuses": "code:int:unique:min=1000:max=9999 counter:bigint:unique rate:float:unique "
    "day:date:unique moment:datetime:unique:max='2020-01-01T00:00:00Z' amount:decimal(9,9):unique",
    "boxes": "payload:json tag:uuid:index:optional kind:enum(only)",
    "refunds": "membership_id:ref(memberships) reviewer_id:ref(customers):optional "
    "approver_id:ref(customers) reason:text:default='not given' flag:bool:index "
    "urgent:bool:optional count:int:optional:index state:enum(open,done):optional:index",
}
# test_live.py makes these beside the example, and test_scaffold.py all others: schemathesis would
# take for allowed what is beyond a bound of a date or a decimal, for which a schema has no words.
LIVE = {name: TEN[name] for name in ("invoices", "categories", "boxes")}
OTHERS = {name: fields for name, fields in TEN.items() if name not in LIVE}
MORE = {"people": ("class=Person",)}


def make_resources(project: Path, resources: Mapping[str, str]) -> None:
    """Needs the server of the project to be running, or starts it for each."""
    for name, fields in resources.items():
        asked = (f"name={name}", f"fields={fields}", *MORE.get(name, ()))
        said = make("resource", *asked, cwd=project).stdout
        assert re.search(rf"^ +{name}/\n +__init__.py +new$", said, re.MULTILINE), said
        assert re.search(r"^ +test_router.py +new$", said, re.MULTILINE), said
        assert f"`make resource-undo name={name}`" in said


@contextmanager
def database_of(project: Path) -> Iterator[None]:
    """Keeps the server of the project running; each command would start it anew."""
    process = subprocess.Popen(
        [project / ".venv/bin/python", "-m", "tools.postgres"],
        cwd=project,
        env=environment(PWD=str(project)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql://")
        yield
        process.terminate()
