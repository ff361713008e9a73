"""The wallets' gateway for tests: the sandbox as a process, its orders and its ledger."""

import json
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import UUID, uuid4

import httpx

from queue_server.payments.adapters.gateway import HttpGateway, token_file
from queue_server.payments.adapters.json_http import JsonHttp
from tests.support.centre import Process, eventually
from tests.support.issuing import FEE, Desk
from tests.support.site import free_port


class Gateway(Process):
    """The sandbox of the wallets' gateway, always on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "gateway"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(
            "queue_server.payments.sandbox", "--port", str(self.port), "--folder", str(self.folder)
        )

    def toml(self, **more: object) -> str:
        """The part of server.toml that names this gateway; `more` are further keys."""
        given = "".join(f"{name} = {json.dumps(value)}\n" for name, value in more.items())
        token = self.folder / "token"
        return f'[wallet]\nurl = "{self.url}"\ncredential_file = "{token}"\n{given}'

    def client(self, deadline_s: float = 8.0) -> HttpGateway:
        """The product's own client of it."""
        token = token_file(self.folder / "token")
        return HttpGateway(JsonHttp(self.url), token, deadline_s, probe_s=1.0)

    def order(self, **command: Any) -> int:
        """One order through the control address; its status."""
        body = json.dumps(command, default=str).encode()
        asked = Request(f"{self.url}/control", body, {"Content-Type": "application/json"})
        try:
            with urlopen(asked, timeout=5) as answer:
                return answer.status
        except HTTPError as refused:
            return refused.code

    def pay(self, payment: object, **more: Any) -> None:
        """Somebody pays. Raises AssertionError when it cannot be paid."""
        assert self.order(pay=payment, **more) == 200

    def ledger(self) -> dict[str, Any]:
        """The gateway's own record."""
        with urlopen(f"{self.url}/ledger", timeout=5) as answer:
            return json.load(answer)

    def charge(self, payment: object) -> dict[str, Any]:
        """One charge of the record, with its payments and refunds; empty when it never arrived."""
        return self.ledger()["charges"].get(str(payment), {})

    def calls(self, operation: str, payment: object) -> list[dict[str, Any]]:
        """What was asked about one charge."""
        asked = [each for each in self.ledger()["calls"] if each["charge"] == str(payment)]
        return [each for each in asked if each["operation"] == operation]

    def money_kept(self) -> dict[str, int]:
        """What the gateway took and did not give back, by charge, in céntimos."""
        return {
            id_: sum(each["amount_centimos"] for each in charge["payments"])
            for id_, charge in self.ledger()["charges"].items()
            if charge["payments"]
            and not any(each["state"] == "refunded" for each in charge["refunds"])
        }


class WalletDesk:
    """A kiosk's side of the wallet, without a kiosk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def ask(
        self, application: str, payment: object = None, amount: int = FEE, key: str = ""
    ) -> httpx.Response:
        """Ask for a code; the payment's id is the key."""
        payment = str(payment or uuid4())
        body = {"payment_id": payment, "amount_centimos": amount}
        return self.desk.post(f"/api/v1/applications/{application}/wallet", body, key or payment)

    def cancel(self, application: str, payment: object) -> httpx.Response:
        """Give a code up."""
        path = f"/api/v1/applications/{application}/wallet/{payment}/cancel"
        headers = {"Idempotency-Key": f"cancel-{payment}"}
        return self.desk.kiosk.http.post(path, headers=headers)

    def charge(self, application: str, payment: object) -> dict[str, Any]:
        """Where a code stands."""
        path = f"/api/v1/applications/{application}/wallet/{payment}"
        return self.desk.kiosk.http.get(path).json()

    def until(self, application: str, payment: object, state: str) -> dict[str, Any]:
        """Wait until a code stands like this."""

        def reached() -> dict[str, Any] | None:
            body = self.charge(application, payment)
            return body if body["state"] == state else None

        return eventually(reached)

    def waiting(self, document: dict[str, str]) -> tuple[str, UUID]:
        """A registered application and its code that can be paid."""
        application, payment = self.desk.register(document).json()["id"], uuid4()
        answer = self.ask(application, payment)
        assert (answer.status_code, answer.json()["state"]) == (202, "waiting"), answer.text
        return application, payment
