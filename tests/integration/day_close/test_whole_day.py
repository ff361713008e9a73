"""A whole day at a real site: a kiosk with its machines, the centre, the wallets' gateway.

Everything that can happen to money happens once, and the day closes at zero. Then one book after
the other is tampered with, and the difference is named to the céntimo.
"""

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from kiosk import bootstrap, day_closing
from kiosk.flow.states import (
    CertificateReady,
    HoldsClaim,
    PaidButRefused,
    PayingByCash,
    PayingByWallet,
    Welcome,
)
from kiosk.flow.touches import Cancel, Pay
from kiosk.flow.world import Part
from kiosk.order import Means, OrderState, application_number, service_id
from tests.support.applicant import somebody, to_the_amount
from tests.support.centre import Centre, Mailbox, backend_toml, eventually, running
from tests.support.gateway import Gateway
from tests.support.hardware import CashMachines
from tests.support.issuing import CLEAN, FEE, PAID_ON
from tests.support.kiosk import Bench, switched_on
from tests.support.site import Site, StaffHttp, running_site

KIOSK = "K07"
WAIT_S = 60.0
pytestmark = pytest.mark.timeout(300)


@dataclass
class Town:
    """Everything that has a book, and the supervisor who compares them."""

    site: Site
    centre: Centre
    gateway: Gateway
    bench: Bench
    boss: StaffHttp

    @property
    def till(self) -> CashMachines:
        assert self.bench.hardware.till is not None
        return self.bench.hardware.till

    @property
    def day(self) -> date:
        return datetime.now(ZoneInfo("America/Lima")).date()

    def figures(self) -> dict[str, Any]:
        answer = self.boss.http.get(f"/api/v1/day-closes/{self.day}")
        assert answer.status_code == 200, answer.text
        return answer.json()["figures"]

    def refresh(self) -> None:
        """Have the centre asked again, and wait for its answer."""
        answer = self.boss.http.post(
            f"/api/v1/day-closes/{self.day}/refresh", headers={"Idempotency-Key": str(uuid4())}
        )
        assert answer.status_code == 200, answer.text
        eventually(lambda: not self.figures()["centre"]["wanted"], WAIT_S)

    def differences(self) -> list[dict[str, Any]]:
        return self.figures()["differences"]

    def until(self, done: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The differences as soon as they are so; the kiosk is drained meanwhile."""

        def reached() -> list[list[dict[str, Any]]]:
            self.bench.live.runner.drain(0.05)
            found = self.differences()
            return [found] if done(found) else []

        return eventually(reached, WAIT_S)[0]

    def settled(self) -> dict[str, Any]:
        """The figures once every book has the whole day, the claim of its end too."""

        def is_whole() -> list[dict[str, Any]]:
            self.bench.live.runner.drain(0.05)
            figures = self.figures()
            owed = [
                (row["owed_journal"], row["owed_server"])
                for kiosk in figures["kiosks"]
                for row in kiosk["rows"]
                if row["means"] == "cash"
            ]
            return [figures] if owed == [(1000, 1000)] and not figures["differences"] else []

        return eventually(is_whole, WAIT_S)[0]

    def ready(self) -> None:
        """The first screen, with every way to pay."""
        self.bench.until(
            lambda state: (
                isinstance(state.at, Welcome)
                and state.world.backend
                and state.world.wallet
                and all(state.world.usable(part) for part in Part)
            )
        )

    def note(self, soles: int) -> None:
        eventually(lambda: self.till.bills.obey(f"insert note {soles}")["taken"])

    def has(self, inserted: int) -> None:
        self.bench.until(
            lambda state: (
                not isinstance(state.at, PayingByCash) or state.at.inserted_centimos >= inserted
            )
        )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    centre, gateway = Centre(folder), Gateway(folder)
    with pytest.MonkeyPatch.context() as quick, running(centre, gateway):
        quick.setattr(day_closing, "QUIET_S", 0.3)
        quick.setattr(day_closing, "READ_AGAIN_S", 1.0)
        quick.setattr(bootstrap, "DAYS_EVERY_S", 0.2)
        extra = backend_toml(centre, Mailbox(folder)) + gateway.toml()
        with running_site(folder / "site", extra, "serve") as site:
            boss = site.staff("beatriz", "supervisor")
            with switched_on(Bench(folder / "kiosk", site, KIOSK, cash=True)) as bench:
                made = Town(site, centre, gateway, bench, boss)
                a_whole_day(made)
                yield made


def a_whole_day(town: Town) -> None:
    """Card; card refused and reversed; cash with change; cash that becomes a claim; wallet; a
    voucher."""
    bench = town.bench
    town.ready()
    to_the_amount(bench, somebody(0))
    bench.post(Pay())
    bench.until_printed(CertificateReady)
    bench.leave()

    town.ready()
    to_the_amount(bench, somebody(1))
    town.centre.order(fault="answer", code="0001", operation="solicitarCertificado", times=1)
    bench.post(Pay())
    refused = bench.until_printed(PaidButRefused)
    bench.leave()
    orders = bench.live.journal.orders
    eventually(lambda: _state(orders, refused.order.application) is OrderState.RETURNED, WAIT_S)
    town.centre.order(fault="none")

    town.ready()
    to_the_amount(bench, somebody(2))
    bench.post(Pay(Means.CASH))
    bench.until_at(PayingByCash)
    town.note(20)
    town.has(2000)
    town.note(20)
    bench.until_printed(CertificateReady)
    bench.leave()

    town.ready()
    to_the_amount(bench, somebody(3))
    bench.post(Pay(Means.WALLET))
    at = bench.until_at(PayingByWallet, lambda at: at.payload is not None)
    entry = orders.entry(at.order.application)
    assert entry is not None
    town.gateway.pay(entry.payment)
    bench.until_printed(CertificateReady)
    bench.leave()

    present_voucher(town)
    claim_by_empty_hoppers(town)


def _state(orders: Any, application: UUID) -> OrderState:
    entry = orders.entry(application)
    assert entry is not None
    return entry.state


def present_voucher(town: Town) -> None:
    """A bank's voucher, presented by the kiosk's own client."""
    client, application = town.bench.live.client, uuid4()
    body = {
        "id": str(application),
        "number": application_number(KIOSK, 90001),
        "document": CLEAN,
        "email": None,
        "amount_centimos": FEE,
    }
    client.put("/api/v1/applications", body, uuid4(), 5)
    shown = {"voucher_id": str(uuid4()), "sequence": "000123", "paid_on": PAID_ON}
    client.put(f"/api/v1/applications/{application}/voucher", shown, uuid4(), 5)

    def issued() -> bool:
        answer: Any = client.get(f"/api/v1/applications/{application}")
        return answer.body["state"] == "issued"

    eventually(issued, WAIT_S)


def claim_by_empty_hoppers(town: Town) -> None:
    town.ready()
    for hopper in town.till.hoppers.values():
        hopper.obey("empty")
    hoppers = [each for each in town.bench.live.devices if each.kind == "cash_dispenser"]
    eventually(lambda: all(each.status.parts.get("bins") == "low" for each in hoppers))
    to_the_amount(town.bench, somebody(4))
    town.bench.post(Pay(Means.CASH))
    town.bench.until_at(PayingByCash)
    town.note(10)
    town.has(1000)
    town.bench.post(Cancel())
    town.bench.until_printed(HoldsClaim)
    town.bench.leave()
    for hopper in town.till.hoppers.values():
        hopper.obey("fill 200")


def test_a_day_on_which_everything_happened_closes_at_zero(town: Town) -> None:
    town.refresh()
    figures = town.settled()
    assert figures["differences"] == []
    (kiosk,) = figures["kiosks"]
    rows = {row["means"]: row for row in kiosk["rows"]}
    fees = {
        means: [rows[means][book]["centimos"] for book in ("journal", "server", "centre")]
        for means in ("card", "cash", "wallet")
    }
    assert fees == dict.fromkeys(fees, [FEE] * 3)
    assert rows["voucher"]["server"] == rows["voucher"]["centre"] == {"count": 1, "centimos": FEE}
    assert rows["card"]["machines"]["centimos"] == FEE, "two charges, one of them reversed"
    assert rows["cash"]["machines"]["centimos"] == town.till.taken() - town.till.given()
    assert rows["cash"]["owed_journal"] == rows["cash"]["owed_server"] == 1000


def read_csv(town: Town, name: str) -> list[dict[str, str]]:
    answer = town.boss.http.get(f"/day-close/{town.day}/{name}.csv")
    assert answer.headers["content-type"].startswith("text/csv"), answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_sums_of_the_files_are_those_of_the_page(town: Town) -> None:
    town.settled()
    rows = read_csv(town, "cuadre")
    server = sum(int(row["Servidor (céntimos)"]) for row in rows)
    centre = sum(int(row["Central (céntimos)"] or 0) for row in rows)
    assert server == centre == 4 * FEE
    payments = read_csv(town, "pagos")
    kept = [row for row in payments if row["Servidor"] == "paga su solicitud"]
    assert sum(int(row["Servidor (céntimos)"]) for row in kept) == server
    assert read_csv(town, "diferencias") == []
    page = town.boss.http.get("/day-close").text
    assert "Todo cuadra al céntimo" in page
    assert f"S/ {4 * FEE // 100}.{4 * FEE % 100:02d}" in page


def test_nothing_personal_and_no_card_number_is_on_page_or_files(town: Town) -> None:
    said = town.boss.http.get("/day-close").text
    said += "".join(
        town.boss.http.get(f"/day-close/{town.day}/{name}.csv").text
        for name in ("cuadre", "diferencias", "pagos", "equipos")
    )
    for each in ("ALGUIEN", "@example.com", CLEAN["number"], *(f"2000000{n}" for n in range(5))):
        assert each not in said
    assert "····4242" in said, "of a card only its last four digits"


def test_a_charge_that_the_terminal_lost_is_named_with_its_sum(town: Town) -> None:
    (paid,) = [
        each
        for kiosk in town.settled()["kiosks"]
        for each in kiosk["payments"]
        if each["journal"]
        and (each["journal"]["means"], each["journal"]["stands"]) == ("card", "kept")
    ]
    town.bench.terminal.obey(f"forget {service_id(UUID(paid['payment']))}")
    (found,) = town.until(lambda found: bool(found))
    assert (found["kind"], found["kiosk"], found["centimos"]) == ("not_at_terminal", KIOSK, FEE)


def test_a_centimo_in_the_centres_ledger_is_named_and_goes_away_when_it_is_put_right(
    town: Town,
) -> None:
    def amount(centimos: int) -> None:
        db = sqlite3.connect(next(iter(town.centre.state.glob("*.db"))), timeout=5)
        with db:
            (serial,) = db.execute(
                "SELECT serial FROM requests WHERE means = 'EFECTIVO' LIMIT 1"
            ).fetchone()
            db.execute(
                "UPDATE requests SET content = json_set(content, '$.pago.montoCentimos', ?)"
                " WHERE serial = ?",
                (str(centimos), serial),
            )
        db.close()
        town.refresh()

    def of_the_centre() -> list[dict[str, Any]]:
        return [each for each in town.differences() if each["kind"].startswith("centre")]

    amount(FEE - 1)
    (found,) = of_the_centre()
    assert (found["kind"], found["centimos"]) == ("centre_amount_differs", 1)
    assert (found["here"], found["there"], found["means"]) == (FEE, FEE - 1, "cash")
    amount(FEE)
    assert of_the_centre() == []


def test_a_kiosk_that_was_never_heard_of_is_a_difference(town: Town) -> None:
    town.site.command("add-kiosk", "K08")
    silent = [each for each in town.differences() if each["kind"] == "no_report"]
    assert [each["kiosk"] for each in silent] == ["K08"]
    assert "sin datos" in town.boss.http.get("/day-close").text


def test_today_cannot_be_sealed_and_only_a_supervisor_may_ask(town: Town) -> None:
    path = f"/api/v1/day-closes/{town.day}/seal"
    headers = {"Idempotency-Key": str(uuid4())}
    answer = town.boss.http.post(path, json={"reasons": {}}, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (409, "day_not_over")
    auditor = town.site.staff("aurelio", "auditor")
    assert auditor.http.get("/day-close").status_code == 200
    assert auditor.http.post(path, json={"reasons": {}}, headers=headers).status_code == 403
    window = town.site.staff("vilma", "counter")
    assert window.http.get(f"/api/v1/day-closes/{town.day}").status_code == 403
    later = town.day + timedelta(days=1)
    assert town.boss.http.get(f"/api/v1/day-closes/{later}").status_code == 404


def test_a_report_may_hold_nothing_of_a_card_but_what_is_kept(town: Town) -> None:
    kiosk = town.bench.live.client
    body = {
        "day": town.day.isoformat(),
        "made_at": datetime.now(ZoneInfo("America/Lima")).isoformat(),
        **{name: [] for name in ("payments", "terminals", "acceptors", "hoppers")},
        "untold": 0,
    }
    tried = {
        "payment_id": str(uuid4()),
        "application": str(uuid4()),
        "means": "card",
        "began_at": body["made_at"],
        "stands": "kept",
        "asked_centimos": FEE,
    }
    for more in ({"masked_last4": "4000001234567899"}, {"pan": "4000001234567899"}):
        answer: Any = kiosk.put(
            day_closing.PATH, {**body, "payments": [{**tried, **more}]}, uuid4(), 1
        )
        assert answer.status == 422, json.dumps(more)
