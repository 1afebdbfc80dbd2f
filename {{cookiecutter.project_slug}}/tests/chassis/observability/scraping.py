"""What a scrape finds: a sample by its name and some of its labels."""

from typing import NamedTuple

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.support.serving import PATIENCE, Served, until


class Scrape(NamedTuple):
    samples: list[tuple[str, dict[str, str], float]]

    def all(self, name: str, **labels: str) -> list[float]:
        return [
            value
            for sample, found, value in self.samples
            if sample == name and labels.items() <= found.items()
        ]

    def total(self, name: str, **labels: str) -> float:
        return sum(self.all(name, **labels))

    def labels(self, name: str) -> list[dict[str, str]]:
        return [found for sample, found, _ in self.samples if sample == name]


def read(text: str) -> Scrape:
    return Scrape(
        [
            (sample.name, sample.labels, sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]
    )


def scrape(address: str) -> Scrape:
    response = httpx.get(address, timeout=PATIENCE)
    assert response.status_code == 200, response.text
    return read(response.text)


def address_in_log(served: Served) -> str:
    """Where a service with METRICS_PORT=0 and a log in JSON says that its metrics are."""
    assert until(lambda: served.lines("metrics are served")), served.log()
    (line,) = served.lines("metrics are served")
    return str(line["address"])
