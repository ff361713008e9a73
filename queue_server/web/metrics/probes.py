"""What `/metrics` asks of others than the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import FastAPI

from queue_server.fleet.model.alert_rules import RuleBook


@dataclass(frozen=True)
class Probes:
    """None as an answer: there is no such thing here. `certificate_until`: when it ends."""

    book: RuleBook
    backend_up: Callable[[], bool | None] = lambda: None
    certificate_until: Callable[[], datetime | None] = lambda: None


def probes_of(app: FastAPI) -> Probes:
    """Those of the running application."""
    state = app.state

    def backend_up() -> bool | None:
        return None if state.backend is None else state.health.up

    return Probes(state.alert_rules, backend_up, state.certificate_until)
