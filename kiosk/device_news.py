"""Translates what devices publish into events of the flow."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from devices.documents.dni import check_characters
from devices.documents.document_types import DNI
from devices.kinds.document_reader import DocumentRead, NumberRead, QrRead, ReadFailed
from devices.status import DeviceStatus, PaperState
from devices.supervisor import Reported, StatusChanged, Supervisor
from kiosk.flow.events import DocumentProblem, DocumentTaken, Event, NumberTaken, PartChanged
from kiosk.flow.facts import ReadProblem
from kiosk.flow.person import Document
from kiosk.flow.world import Part, PartState

PERU = "PER"
AT_ONCE_S = 1.0
"""Two documents read within this lay there together, or went through in one go."""
_NO_PAPER = (PaperState.OUT, PaperState.JAMMED)


def flow_event(news: StatusChanged | Reported) -> Event | None:
    """The flow's event for `news`; None for what no journey needs to know."""
    match news:
        case StatusChanged(_, kind, _, status) if kind in set(Part):
            return PartChanged(Part(kind), part_state(status))
        case Reported(_, _, DocumentRead(document, document_type)):
            if not document_type and document.issuing_state != PERU:
                return DocumentProblem(ReadProblem.UNSUPPORTED)
            who = Document(
                document_type,
                document.number,
                document.birth_date,
                document.surname,
                document.given_names,
            )
            return DocumentTaken(who, uuid4())
        case Reported(_, _, NumberRead(document_type, number, checked)):
            check = check_characters(number)[0] if checked and document_type == DNI else ""
            return NumberTaken(document_type, number, check)
        case Reported(_, _, QrRead()):
            return DocumentProblem(ReadProblem.NO_DOCUMENT)
        case Reported(_, _, ReadFailed(reason)):
            return DocumentProblem(_problem(str(reason)))
        case _:
            return None


def part_state(status: DeviceStatus) -> PartState:
    """Whether a device in `status` can serve a journey, with the XFS words for staff."""
    paper = status.parts.get("paper")
    usable = status.usable and paper not in _NO_PAPER
    words = status.device if status.usable else f"{status.device}"
    return PartState(usable, f"{words}, paper {paper}" if paper else words)


def _problem(reason: str) -> ReadProblem:
    return ReadProblem(reason) if reason in set(ReadProblem) else ReadProblem.UNREADABLE


class Posting:
    """A `publish` for supervisors that hands translated news to `post`. Safe from any thread.

    Where a part is several devices (notes and coins, two readers) it is as usable as the best.
    A document that comes within a moment of another one is said to be `beside` it.
    """

    def __init__(
        self, post: Callable[[Event], None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._post = post
        self._monotonic = monotonic
        self._last_document = (0, -AT_ONCE_S)
        self._lock = threading.Lock()
        self._parts: dict[Part, dict[str, PartState]] = {}
        self._barred: Mapping[str, str] = {}

    def __call__(self, news: StatusChanged | Reported) -> None:
        """Translate `news` and post it, where a journey needs to know."""
        with self._lock:
            event = flow_event(news)
            if isinstance(event, PartChanged):
                self._parts.setdefault(event.part, {})[news.device] = event.state
                event = PartChanged(event.part, self._best(event.part, news.device))
            if isinstance(event, DocumentTaken):
                event = replace(event, beside=self._beside(event.document.number))
            if event is not None:
                self._post(event)

    def bar(self, reasons: Mapping[str, str]) -> None:
        """These devices serve no journey from now on, for these reasons (words for staff); all
        others do again."""
        with self._lock:
            touched = self._barred.keys() ^ reasons.keys()
            self._barred = dict(reasons)
            for part, states in self._parts.items():
                for device in touched & states.keys():
                    self._post(PartChanged(part, self._best(part, device)))

    def _beside(self, number: str) -> bool:
        """Whether another document was read a moment ago. Of either only a hash stays."""
        (before, at), now, this = self._last_document, self._monotonic(), hash(number)
        self._last_document = (this, now)
        return this != before and now - at < AT_ONCE_S

    def _best(self, part: Part, device: str) -> PartState:
        """A part is as usable as the best of its devices; where none is, as `device` says."""
        states = {name: self._seen(name, state) for name, state in self._parts[part].items()}
        return next((each for each in states.values() if each.usable), states[device])

    def _seen(self, device: str, state: PartState) -> PartState:
        why = self._barred.get(device)
        return state if why is None else PartState(usable=False, words=why)


def heartbeat_rows(supervisors: Iterable[Supervisor]) -> list[Mapping[str, Any]]:
    """Each device's XFS state as the heartbeat carries it."""
    return [
        {
            "name": each.device,
            "kind": each.kind,
            "model": each.model,
            "device": each.status.device,
            "parts": dict(each.status.parts),
            "action": each.status.action,
            "detail": each.status.detail[:200],
        }
        for each in supervisors
    ]
