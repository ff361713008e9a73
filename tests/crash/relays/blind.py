"""A relay that sends every try under an id of its own: it repeats what may be done."""

from typing import Any
from uuid import UUID, uuid4

from queue_server.issuance.adapters.soap import SoapBackend
from queue_server.issuance.model import NotKnown


def forget_ids(_argument: str) -> None:
    """Replace what makes a repetition harmless, in this process."""
    request = SoapBackend.request

    def request_anew(self: SoapBackend, application: UUID, *words: Any) -> Any:
        return request(self, uuid4(), *words)

    def never_heard(self: SoapBackend, application: UUID) -> NotKnown:
        return NotKnown()

    SoapBackend.request = request_anew  # type: ignore[method-assign]
    SoapBackend.inquire = never_heard  # type: ignore[method-assign]
