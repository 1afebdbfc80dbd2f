"""Write so many resources into the service in this directory, as `make resource` does.

Without what takes seconds for each: formatting, and a migration, for which `create_tables.py`
stands in.
"""

import sys
from string import ascii_lowercase

from tools.resource.making import plan
from tools.resource.project.inventory import take_inventory
from tools.resource.project.wires import wires_of
from tools.resource.project.wiring import wire
from tools.resource.project.writing import write
from tools.resource.rendering import render

FIELDS = "name:str price_cents:int paid:bool:default=false note:text:optional"


def write_resource(number: int) -> None:
    letters = ascii_lowercase[number // 26] + ascii_lowercase[number % 26]
    resource = plan(f"{letters}_gadgets", FIELDS, "", take_inventory())
    for path, text in render(resource).items():
        write(path, text)
    for each in wires_of(resource.plural, resource.model):
        write(each.path, wire(each.path.read_text(encoding="utf-8"), each))


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        write_resource(number)
