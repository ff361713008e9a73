"""What must be true of a server that goes on from an older copy of itself.

Between the copy and its loss the server gave out numbers, sent errands and opened sessions of which
the copy knows nothing. So numbers jump, whatever waits to be sent is asked about first, and whoever
was signed in signs in again.
"""

from datetime import date

from sqlalchemy import Connection, delete, func, inspect, select, update

from queue_server.backup.model import About, Afterwards, Head, last_event_after, last_number_after
from queue_server.core.audit import RESTORED
from queue_server.core.clock import local_day
from queue_server.core.tables import event_counters, outbox
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.pairing.tables import pairings
from queue_server.staff import tables as staff
from queue_server.turns import tables as turns
from queue_server.turns.services.rules import site_codes, site_rules

_OPEN = ("waiting", "claimed")


def set_right(
    uow: UnitOfWork, actor: Actor, about: About, *, above: int = 0, compromised: bool = False
) -> Afterwards:
    """Make the site of `actor` safe to go on, and write down that it did. One transaction.

    `above`: a ticket number of today that somebody has seen. `compromised`: no device is let in
    again, nor is a browser known.
    """
    site = actor.site
    uow.lock_site(site)
    numbers = _jump(uow, site, above) if site in site_codes(uow) else {}
    errands = _ask_before_sending(uow, site)
    sessions = _end_sessions(uow, site, compromised=compromised)
    revoked = _revoke(uow, site) if compromised else 0
    lost_after = _skip_event_ids(uow, site)
    event = uow.record(
        actor,
        RESTORED,
        after=lost_after,
        made_at=about.made_at,
        schema=about.schema,
        numbers=numbers,
        errands=errands,
        sessions=sessions,
        revoked=revoked,
    )
    return Afterwards(site, numbers, errands, sessions, revoked, event)


def heads_of(connection: Connection) -> tuple[Head, ...]:
    """The last event of every site, as a manifest names it; none in a schema without a chain."""
    columns = {each["name"] for each in inspect(connection).get_columns("event_counters")}
    if "last_mac" not in columns:
        return ()
    c = event_counters.c
    rows = connection.execute(select(c.site, c.last_id, c.last_mac).order_by(c.site))
    return tuple(Head(site, last, bytes(mac).hex() if mac else "") for site, last, mac in rows)


def _jump(uow: UnitOfWork, site: str, above: int) -> dict[str, int]:
    """Every series of the site, also one of which the copy knows no number of today."""
    rules = site_rules(uow, site)
    day = local_day(uow.now, rules.zone)
    reached = _reached(uow, site, day)
    series = {each.series for each in rules.services.values()} | set(reached)
    counters = turns.series_counters
    given: dict[str, int] = {}
    for letter in sorted(series):
        last, busiest = reached.get(letter, (0, 0))
        given[letter] = last_number_after(last, busiest, above)
        put = uow.upsert(counters).values(
            site=site, day=day, series=letter, last_number=given[letter]
        )
        put = put.on_conflict_do_update(
            index_elements=["site", "day", "series"], set_={"last_number": given[letter]}
        )
        uow.connection.execute(put)
    return given


def _reached(uow: UnitOfWork, site: str, day: date) -> dict[str, tuple[int, int]]:
    """By series: the last number of `day`, and the highest of any day."""
    c = turns.series_counters.c
    highest = select(c.series, func.max(c.last_number)).where(c.site == site).group_by(c.series)
    busiest = dict(map(tuple, uow.connection.execute(highest)))
    today = select(c.series, c.last_number).where(c.site == site, c.day == day)
    last = dict(map(tuple, uow.connection.execute(today)))
    return {series: (last.get(series, 0), most) for series, most in busiest.items()}


def _ask_before_sending(uow: UnitOfWork, site: str) -> int:
    """What still waits may have been sent: it counts as tried, so the relay asks by id first."""
    tried = (
        update(outbox)
        .where(outbox.c.site == site, outbox.c.state.in_(_OPEN))
        .values(attempts=outbox.c.attempts + 1, state="waiting", claimed_until=None)
    )
    return uow.connection.execute(tried).rowcount


def _end_sessions(uow: UnitOfWork, site: str, *, compromised: bool) -> int:
    """Sessions, and what opens once: it may have been used since."""
    ended = uow.connection.execute(delete(staff.sessions).where(staff.sessions.c.site == site))
    once = [staff.half_sessions, staff.display_requests, staff.administrator_codes]
    once += [staff.kiosk_codes, pairings]
    if compromised:
        once += [staff.known_browsers, staff.recovery_codes]
    for table in once:
        uow.connection.execute(delete(table).where(table.c.site == site))
    return ended.rowcount


def _revoke(uow: UnitOfWork, site: str) -> int:
    c = staff.credentials
    gone = update(c).where(c.c.site == site, c.c.revoked_at.is_(None)).values(revoked_at=uow.now)
    return uow.connection.execute(gone).rowcount


def _skip_event_ids(uow: UnitOfWork, site: str) -> int:
    """The next event stands after every id that the lost log may have given. The last before it."""
    found = select(event_counters.c.last_id).where(event_counters.c.site == site)
    last = uow.connection.execute(found).scalar()
    if last is None:
        return 0
    moved = update(event_counters).where(event_counters.c.site == site)
    uow.connection.execute(moved.values(last_id=last_event_after(last)))
    return last
