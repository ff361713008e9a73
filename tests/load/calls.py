"""10,000 calls to the sandbox by one process of ours: how much its memory grows. Prints JSON.

With `--leak` every reply is kept: the measurement must notice.
"""

import gc
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil

from queue_server.issuance.adapters import soap
from queue_server.issuance.adapters.soap import BackendSettings, Credential, SoapBackend
from queue_server.issuance.model import Applicant, Issued, PaymentEvidence
from tests.support.centre import EXTRA_BIRTH, Centre, extra_number, running

CALLS, WARM, TOGETHER, FIRST_PERSON = 10_000, 500, 4, 20
PAID_AT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


def ask_all_sorts(backend: SoapBackend, number: int) -> None:
    """Four calls, one of each kind that an application needs."""
    person = FIRST_PERSON + number
    applicant = Applicant("01", extra_number(person), date.fromisoformat(EXTRA_BIRTH))
    application: UUID = uuid4()
    backend.holder(applicant)
    paid = PaymentEvidence("card", 3770, str(application), PAID_AT)
    issued = backend.request(application, applicant, paid)
    assert isinstance(issued, Issued), issued
    backend.inquire(application)
    backend.fetch(issued.certificate_number)


def resident_mb() -> float:
    """What this process holds in memory now."""
    gc.collect()
    return psutil.Process().memory_info().rss / 1024 / 1024


def leak() -> None:
    """Keep every reply for good."""
    kept: list[bytes] = []
    understood: Any = soap.DeadlineTransport.exchange

    def keeping(self: Any, *words: Any, **named: Any) -> Any:
        reply = understood(self, *words, **named)
        kept.append(bytes(reply.content))
        return reply

    soap.DeadlineTransport.exchange = keeping


def main() -> None:
    """Measure and print."""
    if "--leak" in sys.argv:
        leak()
    folder = Path(sys.argv[1])
    centre = Centre(folder, FIRST_PERSON + CALLS // 4 + WARM)
    settings = BackendSettings(
        url=f"http://127.0.0.1:{centre.port}/emision",
        credential=lambda: Credential("KIOSKO-PRUEBA", "clave-de-prueba-0001"),
        ruc="20000000001",
        operator_dni="10117410",
        site="PRUEBA",
        terminal="PRUEBA",
    )
    with running(centre):
        backend = SoapBackend(settings)
        with ThreadPoolExecutor(TOGETHER) as pool:
            list(pool.map(lambda number: ask_all_sorts(backend, number), range(WARM)))
            before = resident_mb()
            last = WARM + CALLS // 4
            list(pool.map(lambda number: ask_all_sorts(backend, number), range(WARM, last)))
        after = resident_mb()
    print(json.dumps({"before": round(before, 1), "after": round(after, 1)}))


if __name__ == "__main__":
    main()
