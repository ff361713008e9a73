"""How often passwords and codes may be guessed, counted in the database: every worker sees it.

Each try is paid for before it is checked and given back when it was right. Whom a try is counted
against depends on where it comes from:

- a browser in which this account has signed in before has an allowance of its own, so that nobody
  who guesses elsewhere slows its person down (OWASP, "device cookies");
- any other pays three times: for its address, for its address and the account, and for the account;
- when the account's common allowance is used up, an address that has not tried this account within
  a day still has its turn, out of a small reserve that fills up quickly. Whoever guesses has used
  up their addresses; the person at a new machine has not.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import Allowance, digest, network_of

KNOWN = Allowance(5, timedelta(minutes=1))
ADDRESS = Allowance(30, timedelta(seconds=30))
PAIR = Allowance(5, timedelta(seconds=30))
ACCOUNT = Allowance(20, timedelta(minutes=5))
RESERVE = Allowance(40, timedelta(seconds=10))
CODES = Allowance(10, timedelta(minutes=5))

FRESH_AFTER = timedelta(hours=24)
MAX_BUCKETS = 50_000  # a site
KNOWN_BROWSERS = 20  # an account
KNOWN_FOR = timedelta(days=365)  # after the last time; as long as the cookie lasts

_T, _B = tables.sign_in_tries, tables.known_browsers
_Bucket = tuple[bytes, Allowance]


@dataclass(frozen=True)
class Guest:
    """Who tries: their address, and the cookie by which their browser may be known ("": none)."""

    address: str = ""
    browser: str = ""


@dataclass(frozen=True)
class Charge:
    """What one try was charged to, so that it can be given back."""

    site: str
    paid: tuple[_Bucket, ...]
    pair: bytes | None = None


def charge_password(uow: UnitOfWork, site: str, account: str, guest: Guest) -> Charge:
    """Pay for one try of a password. Raises Problem 429 with `retry_after_s`.

    The unit must be committed before the password is checked: a hundred at once are a hundred.
    """
    uow.lock_site(site)
    charge = _password_buckets(uow, site, account, guest)
    _pay(uow, charge)
    return charge


def check_password_allowed(uow: UnitOfWork, site: str, account: str, guest: Guest) -> None:
    """Raise the Problem 429 of `charge_password` without writing: refusing costs a reading."""
    _refuse_early(uow, _password_buckets(uow, site, account, guest))


def charge_code(uow: UnitOfWork, site: str, account: str, guest: Guest) -> Charge:
    """Pay for one try of a second factor. Raises Problem 429 with `retry_after_s`."""
    uow.lock_site(site)
    if is_known(uow, site, account, guest.browser):
        bucket = (_key(uow, "code of a known browser", account, guest.browser), KNOWN)
    else:
        bucket = (_key(uow, "code", account), CODES)
    charge = Charge(site, (bucket,))
    _pay(uow, charge)
    return charge


def give_back(uow: UnitOfWork, charge: Charge) -> None:
    """This try was right: it costs nothing, and the wrong ones from its address are forgotten."""
    for bucket, allowance in charge.paid:
        uow.connection.execute(
            update(_T)
            .where(_T.c.site == charge.site, _T.c.bucket == bucket)
            .values(whole_at=_whole_at(uow, charge.site, bucket) - allowance.refill)
        )
    if charge.pair is not None:
        uow.connection.execute(
            delete(_T).where(_T.c.site == charge.site, _T.c.bucket == charge.pair)
        )


def is_known(uow: UnitOfWork, site: str, account: str, browser: str) -> bool:
    """Whether `account` has signed in before in the browser that holds this cookie."""
    if not browser:
        return False
    found = uow.connection.execute(
        select(_B.c.last_at).where(
            _B.c.site == site, _B.c.account == account, _B.c.browser_hash == digest(browser)
        )
    ).scalar()
    return found is not None


def remember_browser(uow: UnitOfWork, site: str, account: str, browser: str) -> None:
    """`account` signed in to the end in the browser that holds this cookie; the oldest go."""
    row = {"site": site, "account": account, "browser_hash": digest(browser)}
    put = uow.upsert(_B).values(**row, last_at=uow.now)
    uow.connection.execute(
        put.on_conflict_do_update(index_elements=[*row], set_={"last_at": uow.now})
    )
    ours = (_B.c.site == site) & (_B.c.account == account)
    uow.connection.execute(delete(_B).where(_B.c.last_at <= uow.now - KNOWN_FOR))
    oldest = uow.connection.execute(
        select(_B.c.last_at).where(ours).order_by(_B.c.last_at.desc()).offset(KNOWN_BROWSERS)
    ).scalar()
    if oldest is not None:
        uow.connection.execute(delete(_B).where(ours, _B.c.last_at <= oldest))


def forget_browsers(uow: UnitOfWork, site: str, account: str) -> None:
    """No browser is known for `account` any more."""
    uow.connection.execute(delete(_B).where(_B.c.site == site, _B.c.account == account))


def _password_buckets(uow: UnitOfWork, site: str, account: str, guest: Guest) -> Charge:
    if is_known(uow, site, account, guest.browser):
        return Charge(site, ((_key(uow, "known browser", account, guest.browser), KNOWN),))
    network = network_of(guest.address)
    pair = _key(uow, "pair", account, network)
    ours = ((_key(uow, "address", network), ADDRESS), (pair, PAIR))
    common = (_key(uow, "account", account), ACCOUNT)
    reserve = (_key(uow, "reserve", account), RESERVE)
    kept = _kept(uow, site, [bucket for bucket, _ in (*ours, common, reserve)])
    full = common[1].wait(kept.get(common[0]), uow.now) > timedelta()
    chosen = reserve if full and pair not in kept else common
    return Charge(site, (*ours, chosen), pair)


def _pay(uow: UnitOfWork, charge: Charge) -> None:
    """Take one try out of every bucket, or raise Problem 429 and out of none."""
    kept = _refuse_early(uow, charge)
    for bucket, allowance in charge.paid:
        row = {"whole_at": allowance.taken(kept.get(bucket), uow.now), "last_at": uow.now}
        put = uow.upsert(_T).values(site=charge.site, bucket=bucket, **row)
        uow.connection.execute(
            put.on_conflict_do_update(index_elements=["site", "bucket"], set_=row)
        )
    _forget_old(uow, charge.site)


def _refuse_early(uow: UnitOfWork, charge: Charge) -> Mapping[bytes, datetime]:
    kept = _kept(uow, charge.site, [bucket for bucket, _ in charge.paid])
    wait = max(rule.wait(kept.get(bucket), uow.now) for bucket, rule in charge.paid)
    if wait > timedelta():
        raise _too_many(math.ceil(wait.total_seconds()))
    return kept


def _kept(uow: UnitOfWork, site: str, buckets: list[bytes]) -> dict[bytes, datetime]:
    rows = uow.connection.execute(
        select(_T.c.bucket, _T.c.whole_at).where(
            _T.c.site == site,
            _T.c.bucket.in_(buckets),
            _T.c.last_at > uow.now - FRESH_AFTER,
        )
    )
    return {bytes(row.bucket): row.whole_at for row in rows}


def _whole_at(uow: UnitOfWork, site: str, bucket: bytes) -> datetime:
    return _kept(uow, site, [bucket]).get(bucket, uow.now)


def _forget_old(uow: UnitOfWork, site: str) -> None:
    """Drop what no longer counts, and of the rest all but the newest `MAX_BUCKETS`."""
    uow.connection.execute(delete(_T).where(_T.c.last_at <= uow.now - FRESH_AFTER))
    oldest = uow.connection.execute(
        select(_T.c.last_at)
        .where(_T.c.site == site)
        .order_by(_T.c.last_at.desc())
        .offset(MAX_BUCKETS)
        .limit(1)
    ).scalar()
    if oldest is not None:
        uow.connection.execute(delete(_T).where(_T.c.site == site, _T.c.last_at <= oldest))


def _key(uow: UnitOfWork, *words: str) -> bytes:
    """Keyed and without the words themselves: a name may be a password typed in the wrong field."""
    return uow.vault.index("sign_in_tries.bucket", "\0".join(words))


def _too_many(seconds: int) -> Problem:
    wait = f"{seconds} segundos" if seconds <= 60 else f"{math.ceil(seconds / 60)} minutos"
    detail = f"Demasiados intentos desde este equipo. Espere {wait} e inténtelo otra vez."
    return Problem(429, "too_many_tries", detail, retry_after_s=seconds)
