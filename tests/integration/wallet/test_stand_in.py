"""The stand-in gateway as a judge: its ledger outlives it, its page pays, its codes are read."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from devices.wallet_qr.protocol import QrRefused, read
from queue_server.payments.model.wallet import Opened, Paid
from queue_server.payments.sandbox.emvco import payload_of
from queue_server.payments.sandbox.ledger import Ledger, NotPayable
from tests.support.gateway import Gateway

FEE = 3770


def opened(gateway: Gateway) -> tuple[str, str]:
    """A charge that waits: its id and its code."""
    charge = uuid4()
    said = gateway.client().open(charge, FEE, "A01-00042-K", 180)
    assert isinstance(said, Opened)
    return str(charge), said.payload


@pytest.mark.parametrize("amount", [1, 5, 99, 100, 3770, 3705, 999_999])
def test_the_kiosks_own_reader_takes_its_codes_to_the_centimo(amount: int) -> None:
    code = read(payload_of(uuid4(), amount, "A01-00042-K"), amount)
    assert (code.amount_centimos, code.dynamic, code.reference) == (amount, True, "A01-00042-K")
    assert code.accounts[0].scheme == "pe.invalid.simulador"


@pytest.mark.negative_control
def test_a_code_for_another_amount_or_changed_on_its_way_is_not_taken() -> None:
    code = payload_of(uuid4(), FEE, "A01-00042-K")
    for bad, asked in ((code, FEE + 1), (code.replace("37.70", "87.70"), 8770)):
        with pytest.raises(QrRefused):
            read(bad, asked)


def test_what_was_written_outlives_a_killed_process(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.start()
    charge, code = opened(gateway)
    gateway.pay(charge)
    gateway.kill()
    gateway.start()
    try:
        assert isinstance(gateway.client().standing(UUID(charge)), Paid)
        assert gateway.charge(charge)["payload"] == code
        assert (gateway.folder / "token").stat().st_mode & 0o077 == 0
    finally:
        gateway.stop()


def test_its_file_waits_for_the_disk(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", lambda: datetime.now(UTC))
    assert ledger._one("PRAGMA synchronous") == {"synchronous": 2}  # pyright: ignore[reportPrivateUsage]
    ledger.close()


def test_time_ends_a_code_and_only_an_unpaid_one(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 22, 12, 0, tzinfo=UTC)]
    ledger = Ledger(tmp_path / "ledger.db", lambda: now[0])
    paid, late = uuid4(), uuid4()
    for each in (paid, late):
        ledger.open(each, FEE, "A01-00042-K", 60)
    ledger.pay(paid)
    now[0] += timedelta(seconds=61)
    with pytest.raises(NotPayable, match="expired"):
        ledger.pay(late)
    states = {id_: each["state"] for id_, each in ledger.report()["charges"].items()}
    assert states == {str(paid): "paid", str(late): "expired"}
    ledger.close()


def test_a_person_pays_and_declines_on_its_page(gateway: Gateway) -> None:
    paying, declining = opened(gateway)[0], opened(gateway)[0]
    with httpx.Client(base_url=gateway.url, trust_env=False) as browser:
        page = browser.get("/")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert not re.search(r"<script|<link|<img|src=|https?://(?!www\.w3\.org)", page.text)
        assert page.text.count(paying) == 2
        assert "S/ 37.70" in page.text
        origin = {"Origin": gateway.url}
        for path, charge in (("/pagar", paying), ("/rechazar", declining)):
            answer = browser.post(path, data={"id": charge}, headers=origin)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
        again = browser.post("/pagar", data={"id": declining}, headers=origin)
        assert again.status_code == 409
        assert "ya no espera un pago" in again.text
    assert gateway.charge(paying)["state"] == "paid"
    assert gateway.charge(declining)["ended_by"] == "payer"


def test_orders_from_elsewhere_are_not_taken(gateway: Gateway) -> None:
    charge = opened(gateway)[0]
    for headers in ({"Origin": "https://example.com"}, {"Host": "example.com"}):
        answer = httpx.post(
            f"{gateway.url}/pagar", data={"id": charge}, headers=headers, trust_env=False
        )
        assert answer.status_code == 403
    assert gateway.order(fault="earthquake") == gateway.order(pay="nobody") == 400
    assert gateway.order(fault="slow", seconds=0) == 400
    assert gateway.charge(charge)["state"] == "waiting"


def test_a_taken_port_is_one_line_and_status_two(gateway: Gateway, tmp_path: Path) -> None:
    words = ["-m", "queue_server.payments.sandbox", "--port", str(gateway.port)]
    ended = subprocess.run(
        [sys.executable, *words, "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "cannot be used" in ended.stderr
