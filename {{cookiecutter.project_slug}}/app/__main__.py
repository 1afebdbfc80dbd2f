"""`python -m app`."""

from app.settings import Settings
from app.transfers import RESOURCES
from chassis.cli import main
from chassis.cli.service import Service

main(Service("app.main:create_app", Settings, RESOURCES))
