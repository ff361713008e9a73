"""The README's first promise: `make demo` works, proves what it says, and leaves nothing behind."""

import hashlib
import json
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import fields
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from PIL import Image
from sqlalchemy import select

from deploy.demo.arrivals import Unproven
from deploy.demo.people import CARMEN, JOSE, JUAN
from deploy.demo.place import Place, Ports
from deploy.demo.proof import (
    Certificate,
    admitted_by,
    charges_of,
    link_leads_to,
    ordered_by,
    payments_of,
)
from deploy.demo.scan import shows_code
from deploy.demo.workshop import SPARE
from queue_server.bootstrap import open_database
from queue_server.config import load_config
from queue_server.core import tables as core
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.hub.tables import hub_events
from queue_server.issuance.tables import link_views
from queue_server.payments.tables import payments
from queue_server.turns.services.my_turn import ticket_of
from tests.integration.demo.leftovers import check_nothing_stayed
from tests.integration.demo.terminal import Terminal

T = TypeVar("T")
# The whole demo is played once; a busy machine may take its time.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Terminal]:
    """A folder in which the demo was played in a terminal, to its end and then to Ctrl-C."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    terminal = Terminal(folder)
    try:
        terminal.reads("still running; Ctrl-C ends it")
        terminal.process.send_signal(signal.SIGINT)
        terminal.reads_on()
    finally:
        terminal.process.kill()
    assert terminal.process.returncode == 0, terminal.said
    return folder, terminal


@pytest.fixture(scope="module")
def demo(watched: tuple[Path, Terminal]) -> Path:
    """The folder of a demo that was played to its end."""
    return watched[0]


@pytest.fixture
def report(demo: Path) -> dict[str, Any]:
    return json.loads((demo / "report.json").read_text())


def letter(path: str) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(Path(path).read_bytes(), policy=policy.default))


def attached(path: str) -> list[bytes]:
    """The files an e-mail carries."""
    return [part.get_content() for part in letter(path).iter_attachments()]


def check_certificate(certificate: dict[str, Any], mail: str, *others: str) -> None:
    """It is issued, signed, worthless, and the same file in report, e-mail and `others`."""
    assert certificate["outcome"] == "issued"
    pdf = certificate["pdf"]
    verdict = subprocess.run(["pdfsig", "-nocert", pdf], capture_output=True, text=True, check=True)
    assert ("Signature is Valid" in verdict.stdout) is certificate["signature_valid"] is True
    files = [*attached(mail), *(Path(each).read_bytes() for each in (pdf, *others))]
    assert len(files) == 2 + len(others)
    assert len({hashlib.sha256(each).digest() for each in files}) == 1
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True)
    assert certificate["number"] in text.stdout
    assert "SIN VALOR LEGAL" in text.stdout


def test_the_certificate_is_signed_and_the_same_in_mail_and_report(report: dict[str, Any]) -> None:
    certificate = report["certificate"]
    check_certificate(certificate, report["email"]["path"])
    assert letter(report["email"]["path"])["To"] == report["email"]["to"] == JUAN.email
    assert certificate["application_number"] in Path(report["receipt"]["path"]).read_text()


def test_a_review_is_decided_and_told_before_and_after(demo: Path, report: dict[str, Any]) -> None:
    review = report["review"]
    check_certificate(review, review["path"])
    assert review["states"] == ["registered", "accepted", "under_review", "issued"]
    id = review["application_id"]
    (asked,) = [row for row in events(demo, "application.under_review")
                if row.body["application"] == id]  # fmt: skip
    (issued,) = [row for row in events(demo, "application.issued")
                 if row.body["application"] == id]  # fmt: skip
    assert asked.at < issued.at
    to_him = [each for each in sorted((demo / "mail").glob("*.eml"))
              if letter(str(each))["To"] == review["to"] == JOSE.email]  # fmt: skip
    assert [Path(review[name]) for name in ("told", "path")] == to_him, "in the order they arrived"
    first = letter(review["told"])
    assert first["Subject"].startswith("En revisión")
    assert attached(review["told"]) == []
    assert review["application_number"] in first["Subject"]


def test_the_phone_found_the_reviewed_application_by_its_number_and_its_document(
    report: dict[str, Any],
) -> None:
    review = report["review"]
    tracking = review["tracking"]
    assert tracking["said"] == "Su certificado está listo"
    assert tracking["link"].endswith(f"/s?n={review['application_number']}")
    assert JOSE.number.endswith(tracking["ending"])
    assert len(tracking["ending"]) == 4


def test_a_certificate_in_force_came_again_by_mail_and_by_code_and_cost_nothing(
    demo: Path, report: dict[str, Any]
) -> None:
    again = report["again"]
    check_certificate(again, again["path"], again["download"]["pdf"])
    assert letter(again["path"])["To"] == again["to"] == CARMEN.email
    slip = Path(again["slip"]).read_text()
    assert again["application_number"] in slip
    assert "No se cobró nada" in slip
    assert again["charges"] == again["payments"] == 0
    terminal = json.loads((demo / "run" / "terminal" / "ledger.json").read_text())["entries"]
    assert sorted(entry["reference"] for entry in terminal) == sorted(
        report[paid]["application_number"] for paid in ("certificate", "review")
    )
    paid = read(demo, lambda uow: uow.connection.scalars(select(payments.c.application)).all())
    by_card = {report[each]["application_id"] for each in ("certificate", "review")}
    assert by_card < set(paid)
    assert len(paid) == 4, "two by card, one in cash, one by a wallet"
    assert shows_code(Path(again["download"]["code"]), again["download"]["link"])
    (taken,) = read(
        demo,
        lambda uow: uow.connection.scalars(
            select(link_views.c.application).where(link_views.c.what == "file")
        ).all(),
    )
    assert taken == again["application_id"]


def test_notes_and_a_phone_paid_the_fee_to_the_centimo(report: dict[str, Any]) -> None:
    cash, wallet = report["cash"], report["wallet"]
    assert cash["taken_centimos"] - cash["given_centimos"] == wallet["kept_centimos"] == 3770
    assert "Pagado en efectivo: S/ 37.70" in Path(cash["slip"]).read_text()
    assert "Pagado con billetera: S/ 37.70" in Path(wallet["slip"]).read_text()
    assert cash["application_number"] in Path(cash["slip"]).read_text()


def test_it_had_the_kiosk_print_a_test_from_afar(demo: Path, report: dict[str, Any]) -> None:
    order = report["order"]
    (ordered,) = events(demo, "action.ordered")
    (done,) = events(demo, "action.done")
    assert (ordered.actor, ordered.body["what"]) == ("it:soporte", order["kind"])
    assert done.body["action"] == ordered.body["action"]
    assert done.actor == f"kiosk:{order['kiosk']}"
    assert "PRUEBA DE EQUIPOS" in Path(order["slip"]).read_text()
    assert order["metrics"].startswith("ventanilla_kiosk_up{")
    assert order["metrics"].endswith(" 1")


def test_the_hub_holds_every_event_of_the_site(demo: Path, report: dict[str, Any]) -> None:
    site, hub = (
        open_database(load_config(demo / "run" / name)) for name in ("server.toml", "hub/hub.toml")
    )
    mine = select(core.events.c.id, core.events.c.kind, core.events.c.actor).order_by(
        core.events.c.id
    )
    there = select(hub_events.c.id, hub_events.c.kind, hub_events.c.actor).order_by(hub_events.c.id)
    try:
        held = hub.read(lambda uow: uow.connection.execute(there).all())
        told = site.read(lambda uow: uow.connection.execute(mine).all())
    finally:
        site.close()
        hub.close()
    assert len(held) >= report["hub"]["events"] > 40
    assert held == told[: len(held)]
    assert report["hub"]["standing"] in ("all", "some")


def events(demo: Path, kind: str) -> Sequence[Any]:
    """The rows of one kind in the demo's own event log, oldest first."""
    log = core.events
    chosen = select(log).where(log.c.kind == kind).order_by(log.c.id)
    return read(demo, lambda uow: uow.connection.execute(chosen).all())


def read(demo: Path, work: Callable[[UnitOfWork], T]) -> T:
    """What `work` reads in the demo's database."""
    database = open_database(load_config(demo / "run" / "server.toml"))
    try:
        return database.read(work)
    finally:
        database.close()


def test_the_code_on_the_paper_is_the_link_of_the_turn(demo: Path, report: dict[str, Any]) -> None:
    ticket = report["ticket"]
    paper = Path(ticket["path"])
    assert ticket["number"] in paper.read_text()
    assert ticket["link"].encode() in paper.with_suffix(".bin").read_bytes()
    token = ticket["link"].rpartition("/t/")[2]
    assert read(demo, lambda uow: ticket_of(uow, token).label) == ticket["number"]


def test_calls_of_log_and_report_agree_and_whoever_has_preference_comes_first(
    demo: Path, report: dict[str, Any]
) -> None:
    issued = [row.body["number"] for row in events(demo, "ticket.issued")]
    logged = events(demo, "ticket.called")
    calls = report["calls"]
    assert [call["number"] for call in calls] == [row.body["number"] for row in logged]
    assert [call["called_at"] for call in calls] == [row.at.isoformat() for row in logged]
    assert [call["attention_class"] for call in calls] == ["preferential", "general"]
    first, second = (call["number"] for call in calls)
    assert second == report["ticket"]["number"]
    assert issued.index(first) > issued.index(second), "she came after him"
    for call, row in zip(calls, logged, strict=True):
        assert call["reason"] == row.body["reason"]
        assert 0 < call["shown_on_display_ms"] < 10_000


def test_the_phone_saw_its_place_its_estimate_and_its_call(report: dict[str, Any]) -> None:
    assert report["phone"]["number"] == report["ticket"]["number"]
    alone, behind = report["phone"]["said"]
    assert alone.startswith("Usted sigue")
    assert behind.startswith("1 persona antes que usted · ")
    assert "minutos" in behind
    assert 0 < report["calls"][-1]["shown_on_phone_ms"] < 10_000


def test_the_display_was_admitted_by_the_administrator(demo: Path, report: dict[str, Any]) -> None:
    (row,) = [row for row in events(demo, "credential.created") if row.body["role"] == "display"]
    assert (row.body["name"], row.actor) == (
        report["display"]["name"],
        report["display"]["admitted_by"],
    )
    assert row.actor == "administrator:admin"


def somewhere(demo: Path) -> Place:
    """The place of a demo that has ended: its folder, and nothing that listens."""
    nobody = ("", "")
    return Place(demo, Ports(*(0 for _ in fields(Ports))), nobody, nobody, nobody, nobody)


@pytest.mark.negative_control
def test_a_code_or_a_display_the_server_does_not_know_proves_nothing(
    demo: Path, report: dict[str, Any]
) -> None:
    place = somewhere(demo)
    link = report["ticket"]["link"]
    assert link_leads_to(place, link) == report["ticket"]["number"]
    with pytest.raises(Unproven, match="leads nowhere"):
        link_leads_to(place, link[:-1] + ("A" if link[-1] != "A" else "Q"))
    with pytest.raises(Unproven, match="no admission"):
        admitted_by(place, "sala-2")
    assert ordered_by(place, "A01", "test_print") == report["order"]["ordered_by"]
    with pytest.raises(Unproven, match="knows no restart"):
        ordered_by(place, "A01", "restart")


@pytest.mark.negative_control
def test_another_persons_mail_code_or_payment_proves_nothing(
    demo: Path, report: dict[str, Any], tmp_path: Path
) -> None:
    place, review, again = somewhere(demo), report["review"], report["again"]
    mine, his = review["application_number"], Path(report["email"]["path"])
    with pytest.raises(Unproven, match="another PDF"):
        Certificate.of(place, mine, his, tmp_path / "x.pdf")
    with pytest.raises(Unproven, match="carries no PDF"):
        Certificate.of(place, mine, Path(review["told"]), tmp_path / "x.pdf")
    with pytest.raises(Unproven, match="holds 0 certificates"):
        Certificate.of(place, "A01-09999-X", his, tmp_path / "x.pdf")
    assert (charges_of(place, mine), payments_of(place, review["application_id"])) == (1, 1)
    link = again["download"]["link"]
    other = link[:-1] + ("A" if link[-1] != "A" else "Q")
    assert not shows_code(Path(again["download"]["code"]), other)


def test_every_screen_that_was_passed_is_a_picture(report: dict[str, Any]) -> None:
    names = {Path(each).stem for each in report["screens"]}
    assert {
        *("administration", "console", "display", "monitor", "phone", "phone-waiting"),
        *("reports", "supervisor", "phone-tracking", "phone-download"),
    } <= names
    for word in (
        "terms",
        "give_email",
        "paying_by_card",
        "working",
        "certificate_ready",
        "in_review",
        "ticket_ready",
        "cannot_apply",
        "sending_again",
    ):
        assert any(word in name for name in names), f"no picture of {word}"
    for each in report["screens"]:
        with Image.open(each) as picture:
            shades = picture.convert("L").resize((60, 60)).getcolors()
            assert shades is not None
            assert len(shades) > 5, f"{each} is blank"


def test_the_journey_keeps_to_its_touches_and_each_process_says_its_memory(
    report: dict[str, Any],
) -> None:
    journey = report["journey"]
    assert journey["touches"] <= 10
    assert journey["typed_screens"] <= 2
    assert journey["machine_seconds"] > 0
    assert {"sandbox", "mailbox", "serve", "serve/jobs", "serve/web", "kiosk"} <= set(
        report["processes"]
    )
    assert all(peak > 1 for peak in report["processes"].values())


def test_every_spare_device_on_the_technicians_bench_passed_its_self_test(
    report: dict[str, Any],
) -> None:
    rows = {row["model"]: row for row in report["workshop"]}
    assert set(rows) == set(SPARE)
    for model, row in rows.items():
        assert row["passed"], row
        assert row["steps"], f"{model} was not tested"


def test_in_a_terminal_it_stays_up_until_ctrl_c_and_nothing_stays_behind(
    watched: tuple[Path, Terminal],
) -> None:
    folder, terminal = watched
    check_nothing_stayed(folder, terminal.said)
