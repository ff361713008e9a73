"""How long services take here, learnt from every finished attention."""

from collections import defaultdict

from sqlalchemy import bindparam, select, update

from queue_server.core.prepared import Prepared
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.pace import Pace, starting
from queue_server.turns.model.site import SiteRules
from queue_server.turns.model.ticket import Ticket

_P = tables.paces
_PACES = Prepared(select(_P).where(_P.c.site == bindparam("site")))
_LEARN = Prepared(
    update(_P)
    .where(_P.c.site == bindparam("of_site"), _P.c.service == bindparam("of_service"))
    .values(
        mean_s=bindparam("new_mean"),
        variance_s2=bindparam("new_variance"),
        samples=bindparam("new_samples"),
    )
    .returning(_P.c.samples)
)
# A shorter attention is a slip of the finger, a longer one a forgotten ticket.
SHORTEST_S, LONGEST_S = 20, 3600
USUAL_MIN = 6


def paces(uow: UnitOfWork, rules: SiteRules) -> dict[str, Pace]:
    """The pace of each service, retired ones too; of one never finished what is configured."""
    known = defaultdict(lambda: starting(USUAL_MIN))
    for service in rules.services.values():
        known[service.code] = starting(service.expected_minutes)
    for row in _PACES.all(uow.connection, {"site": rules.code}):
        known[row.service] = Pace(row.mean_s, row.variance_s2, row.samples)
    return known


def learn(uow: UnitOfWork, rules: SiteRules, ticket: Ticket) -> int:
    """Take one more attention into account; how long it took since the call, in seconds."""
    assert ticket.called_at is not None
    served_s = max(0, int((uow.now - ticket.called_at).total_seconds()))
    if not SHORTEST_S <= served_s <= LONGEST_S:
        return served_s
    pace = paces(uow, rules)[ticket.service].after(served_s)
    row = {
        "new_mean": pace.mean_s,
        "new_variance": pace.variance_s2,
        "new_samples": pace.samples,
    }
    keys = {"of_site": rules.code, "of_service": ticket.service}
    if _LEARN.one_or_none(uow.connection, {**keys, **row}) is None:
        first = tables.paces.insert()
        uow.connection.execute(
            first,
            {
                "site": rules.code,
                "service": ticket.service,
                "mean_s": pace.mean_s,
                "variance_s2": pace.variance_s2,
                "samples": pace.samples,
            },
        )
    return served_s
