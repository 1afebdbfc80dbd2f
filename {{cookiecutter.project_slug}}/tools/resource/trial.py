"""What the tests of a resource send, and what they expect for it."""

from dataclasses import dataclass

from tools.resource.description.fields import Field
from tools.resource.description.resource import Resource

ROWS = (1, 0, 2)
"""Which example each of three rows has: not in order, so that a test of sorting means something."""


@dataclass(frozen=True)
class Trial:
    resource: Resource

    def left_out(self, field: Field) -> str:
        """What is answered, as JSON, for a field that the client left out."""
        if field.kind.members and field.default:
            return repr(field.default)
        return self.resource.default(field).removeprefix("Decimal(").removesuffix(")")

    @property
    def rows(self) -> list[dict[str, str]]:
        """Three of them, in what lists can tell apart."""
        told = [field for field in self.resource.fields if not field.kind.refers_to]
        told = [field for field in told if field.unique or field.filtered or field.indexed]
        return [{f.name: f.kind.examples[example] for f in told} for example in ROWS]

    @property
    def lists(self) -> list[tuple[str, list[int]]]:
        """Parameters of a list, and which of the three rows it then shows."""
        cases = [("{}", [0, 1, 2]), ('{"sort": "-id"}', [2, 1, 0])]
        for each in self.resource.sortable:
            cases.append((f'{{"sort": "{each.name}"}}', [1, 0, 2]))
            cases.append((f'{{"sort": "-{each.name}"}}', [2, 0, 1]))
        for each in self.resource.fields:
            cases += self._narrowed(each)
        return cases

    def _narrowed(self, field: Field) -> list[tuple[str, list[int]]]:
        middle = field.kind.examples[1]
        cases = []
        if field.filtered and not field.kind.refers_to:
            same = [row for row, which in enumerate(ROWS) if field.kind.examples[which] == middle]
            forms = [middle, f"{middle}.upper()"] if field.in_any_case else [middle]
            cases += [(f'{{"{field.name}": {form}}}', same) for form in forms]
        if field.ranged:
            cases.append((f'{{"min_{field.name}": {middle}}}', [0, 2]))
            cases.append((f'{{"max_{field.name}": {middle}}}', [0, 1]))
        return cases

    @property
    def changeable(self) -> Field | None:
        """One whose change a test can see."""
        fields = self.resource.fields
        return next((f for f in fields if f.kind.examples[0] != f.kind.examples[1]), None)
