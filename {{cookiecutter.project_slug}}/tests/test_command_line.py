"""`python -m app` is this service's command line."""

import json
from subprocess import PIPE

from tests.composition import make_environment
from tests.support.callers import KEY
from tests.support.serving import SERVICE, interpret

NOWHERE = make_environment(DATABASE_URL="postgresql://nobody:nothing@localhost:1/nowhere")
SHOP = NOWHERE | {"SERVICE_TITLE": "The shop", "AUTH_KEYS": json.dumps([KEY])}


def test_openapi_prints_the_document_of_the_service() -> None:
    with interpret(SERVICE, "openapi", env=SHOP, measured=True, stderr=PIPE) as process:
        output, log = process.communicate()  # it may warn there, of handlers of one name

    assert process.returncode == 0, log
    assert json.loads(output)["info"]["title"] == "The shop"


def test_the_resources_of_the_service_can_be_imported() -> None:
    with interpret(SERVICE, "import", "nothing", env=NOWHERE, measured=True) as process:
        output, _ = process.communicate()

    assert process.returncode == 2
    assert "is no resource to import or export" in " ".join(output.replace("│", " ").split())
