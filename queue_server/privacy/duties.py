"""Which function of which slice keeps which rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from queue_server.core.ageing import Ageing
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.pairing import forgetting as pairings
from queue_server.fleet.services import alerts, history
from queue_server.issuance.services import erasing as applications
from queue_server.payments.services import forgetting as payments
from queue_server.staff.services import forgetting as staff
from queue_server.turns.services import forgetting as visits

Due = Callable[[UnitOfWork, str, datetime], bool]
Forget = Callable[[UnitOfWork, str, datetime], int]


@dataclass(frozen=True)
class Duty:
    """`due`: whether a site has something from before an instant. `forget` deletes some of it, and
    says how much: 0 when nothing is left."""

    due: Due
    forget: Forget


def _of(rows: Ageing) -> Duty:
    return Duty(rows.due, rows.forget)


DUTIES: Mapping[str, Duty] = {
    "visit documents": Duty(visits.has_documents, visits.forget_documents),
    "applications": Duty(applications.is_due, applications.forget),
    "vouchers": Duty(payments.vouchers_due, payments.forget_vouchers),
    "wallet charges": Duty(payments.charges_due, payments.forget_charges),
    "claims": Duty(payments.claims_due, payments.forget_claims),
    "sessions": _of(staff.SESSIONS),
    "half sessions": _of(staff.HALF_SESSIONS),
    "known browsers": _of(staff.KNOWN_BROWSERS),
    "sign-in tries": _of(staff.TRIES),
    "pairings": _of(pairings.OVER),
    "alerts": Duty(alerts.is_due, alerts.forget),
    "machine history": Duty(history.STATES.due, history.forget),
}
