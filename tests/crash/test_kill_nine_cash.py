"""`kill -9` with money inside: it pays, or its owner holds a claim; never both, never neither."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID
from zlib import crc32

import pytest

from deploy.demo.people import JUAN, Visitor
from kiosk.journal import Journal, load_key
from kiosk.order import Means, OrderState
from tests.support.centre import Centre, Mailbox, backend_toml, eventually, running
from tests.support.hardware import CashMachines
from tests.support.issuing import Desk
from tests.support.site import Site, running_site
from tests.support.victim import Victim, kill

ROSA = Visitor("10117428", "750630", "F", "PRUEBA", "ROSA ELVIRA", "rosa.prueba@example.com")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("crash-cash")
    centre, mailbox = Centre(folder), Mailbox(folder)
    extra = backend_toml(centre, mailbox)
    with running(centre, mailbox), running_site(folder / "site", extra, "serve") as running_one:
        yield running_one


@pytest.fixture
def victim(site: Site, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Victim]:
    code = f"Y{crc32(request.node.name.encode()) % 90 + 10}"
    kiosk = Victim(site, tmp_path, code, cash=True)
    yield kiosk
    kiosk.hardware.stop()


def put(till: CashMachines, *soles: int) -> None:
    """Put notes in, each as soon as the machine takes it, and wait until all are stacked."""
    before = till.taken()
    for count, note in enumerate(soles, 1):
        eventually(lambda note=note: till.bills.obey(f"insert note {note}")["taken"])
        eventually(lambda count=count: till.taken() >= before + 100 * sum(soles[:count]))


def restarted(victim: Victim, application: UUID, state: OrderState) -> None:
    """Start it again and let it settle."""
    process = victim.start("kiosk", "--headless")
    try:
        eventually(lambda: victim.orders()[application] is state, 30)
        if state is OrderState.OWED:
            eventually(lambda: "TIENE DINERO" in slips(victim), 30)
            eventually(lambda: not told(victim), 30)
    finally:
        kill(process)


def slips(victim: Victim) -> str:
    return "".join(path.read_text() for path in (victim.folder / "paper").glob("*.txt"))


def told(victim: Victim) -> int:
    """News the server has not acknowledged yet."""
    with journal_of(victim) as journal:
        return journal.outgoing.count()


class journal_of:
    """The journal of a kiosk, read from outside."""

    def __init__(self, victim: Victim) -> None:
        folder = victim.folder
        self._journal = Journal(folder / "journal.db", load_key(folder / "journal.key"))

    def __enter__(self) -> Journal:
        return self._journal

    def __exit__(self, *_: object) -> None:
        self._journal.close()


def test_too_little_inside_when_the_kiosk_dies_is_owed_by_one_claim_on_paper(
    site: Site, victim: Victim
) -> None:
    till = victim.hardware.till
    assert till is not None
    application = victim.pay_until_killed(JUAN, lambda: put(till, 20) or True, Means.CASH)
    restarted(victim, application, OrderState.OWED)
    with journal_of(victim) as journal:
        entry = journal.orders.entry(application)
        assert entry is not None
        assert entry.payment is not None
        (claim,) = journal.claims.of_payment(entry.payment)
        assert journal.outgoing.refusals() == []
    assert (claim.amount_centimos, claim.proven) == (till.taken(), True)
    assert claim.code in slips(victim)
    assert till.given() == 0
    assert Desk(site).state(str(application))["state"] == "registered"


@pytest.mark.thorough
def test_enough_inside_when_the_kiosk_dies_is_one_certificate(site: Site, victim: Victim) -> None:
    till = victim.hardware.till
    assert till is not None
    application = victim.pay_until_killed(ROSA, lambda: put(till, 20, 20) or True, Means.CASH)
    restarted(victim, application, OrderState.ACCEPTED)
    assert Desk(site).until(str(application), "issued", 30)["payment"] == "cash"
    with journal_of(victim) as journal:
        entry = journal.orders.entry(application)
        assert entry is not None
        assert entry.payment is not None
        claimed = sum(each.amount_centimos for each in journal.claims.of_payment(entry.payment))
    assert till.taken() == entry.amount_centimos + till.given() + claimed
