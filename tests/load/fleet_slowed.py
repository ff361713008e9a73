"""The web worker made worse on purpose for the bench of the fleet.

A heartbeat costs `BUSY_S` of the processor more; the figures are written by prometheus_client's own
writer, which is why they are not.
"""

import sys
import time
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest

from queue_server.__main__ import main
from queue_server.fleet.services import heartbeats
from queue_server.web.metrics import api
from queue_server.web.metrics.model.series import CATALOGUE, Scrape

BUSY_S = 0.008


class Everything:
    """A scrape as prometheus_client wants it."""

    def __init__(self, scrape: Scrape) -> None:
        self._scrape = scrape

    def collect(self) -> Any:
        for series in CATALOGUE:
            family = GaugeMetricFamily(series.name, series.words, labels=("site", *series.labels))
            for labels, value in self._scrape.values.get(series.name, {}).items():
                family.add_metric(labels, value)
            for labels, held in self._scrape.states.get(series.name, {}).items():
                for state in series.states:
                    family.add_metric((*labels, state), float(state in held))
            yield family


def slow_down() -> None:
    """Replace both in this process."""
    record = heartbeats.record_heartbeat

    def busy(*words: Any) -> Any:
        ends = time.thread_time() + BUSY_S
        while time.thread_time() < ends:
            pass
        return record(*words)

    def written(scrape: Scrape) -> str:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Everything(scrape))  # type: ignore[arg-type]
        return generate_latest(registry).decode()

    heartbeats.record_heartbeat = busy
    api.text = written


if __name__ == "__main__":
    slow_down()
    sys.exit(main())
