"""The wallets' gateway over HTTP: our own contract (docs/wallet.md), turned into closed answers."""

import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import structlog

from queue_server.payments.adapters.json_http import ExchangeFailed, JsonHttp, JsonReply
from queue_server.payments.model.wallet import (
    Canceled,
    Cancellation,
    Expired,
    NotAnswered,
    NotKnown,
    Opened,
    Opening,
    Paid,
    Refunded,
    Refunding,
    Refused,
    RefusedRefund,
    Standing,
    Waiting,
)

CURRENCY = "PEN"
MAX_PAYLOAD_CHARACTERS = 512  # EMV QR Code Specification, Merchant-Presented Mode 1.1, clause 3
PROBE_EVERY_S = 2.0
_REFERENCE = re.compile(r"[0-9A-Za-z._:-]{1,64}")
_WORD = re.compile(r"[a-z0-9_]{1,40}")
# What taking a reply apart raises when it is not one of this contract.
_NOT_AN_ANSWER = (AttributeError, KeyError, TypeError, ValueError, OverflowError)

T = TypeVar("T")
log = structlog.get_logger("wallet")


class CredentialUnreadable(Exception):
    """The credential file cannot be used; write the gateway's token into it, on one line."""


def token_file(path: Path) -> Callable[[], str]:
    """Reads the token in `path` each time. Raises CredentialUnreadable."""

    def read() -> str:
        try:
            token = path.read_text("ascii").strip()
        except (OSError, ValueError) as error:
            raise CredentialUnreadable(f"{path}: {type(error).__name__}") from None
        if not token or not token.isprintable() or " " in token:
            raise CredentialUnreadable(f"{path}: not one line with a token")
        return token

    return read


class HttpGateway:
    """`WalletGateway` over HTTP; one for all threads of a process.

    `token` is asked before every call, so that it can be changed while the server runs. Each call
    ends within `deadline_s` seconds, the question whether the gateway serves within `probe_s`.
    """

    def __init__(
        self, http: JsonHttp, token: Callable[[], str], deadline_s: float, probe_s: float
    ) -> None:
        self._http = http
        self._token = token
        self._deadline_s = deadline_s
        self._probe_s = probe_s

    def open(self, charge_id: UUID, amount_centimos: int, reference: str, valid_s: int) -> Opening:
        """Let a charge be paid (`PUT /v1/charges/{id}`)."""
        body = {
            "amount_centimos": amount_centimos,
            "currency": CURRENCY,
            "reference": reference,
            "valid_s": valid_s,
        }

        def read(reply: JsonReply) -> Opening:
            if reply.status == 422:
                return Refused(_word(reply.content["refused"]))
            charge = _charge(reply, charge_id)
            if charge["amount_centimos"] != amount_centimos:
                return NotAnswered("another_amount")
            return Opened(_payload(charge), _instant(charge["expires_at"]))

        return self._ask("PUT", f"/v1/charges/{charge_id}", body, read)

    def standing(self, charge_id: UUID) -> Standing:
        """How a charge stands (`GET /v1/charges/{id}`)."""
        path = f"/v1/charges/{charge_id}"
        return self._ask("GET", path, None, lambda reply: _standing(reply, charge_id))

    def cancel(self, charge_id: UUID) -> Cancellation:
        """Let nobody pay it any more (`POST /v1/charges/{id}/cancel`)."""

        def read(reply: JsonReply) -> Cancellation:
            stands = _standing(reply, charge_id)
            return NotAnswered("contradiction") if isinstance(stands, Waiting) else stands

        return self._ask("POST", f"/v1/charges/{charge_id}/cancel", {}, read)

    def refund(self, charge_id: UUID, refund_id: UUID) -> Refunding:
        """Give all of a paid charge back (`PUT /v1/charges/{id}/refunds/{refund}`)."""

        def read(reply: JsonReply) -> Refunding:
            return _refund(reply, charge_id, refund_id)

        return self._ask("PUT", f"/v1/charges/{charge_id}/refunds/{refund_id}", {}, read)

    def healthy(self) -> bool:
        """Whether the gateway answers that it serves now (`GET /v1/health`)."""

        def read(reply: JsonReply) -> bool:
            return reply.status == 200 and reply.content["status"] == "ok"

        return self._ask("GET", "/v1/health", None, read, self._probe_s) is True

    def _ask(
        self,
        method: str,
        path: str,
        body: object,
        read: Callable[[JsonReply], T],
        within_s: float | None = None,
    ) -> T | NotAnswered:
        try:
            token = self._token()
            reply = self._http.exchange(method, path, body, token, within_s or self._deadline_s)
        except CredentialUnreadable as error:
            log.error("gateway not asked", reason=str(error))
            return NotAnswered("credential")
        except ExchangeFailed as error:
            return NotAnswered(error.reason)
        if reply.status not in (200, 404, 422):
            return NotAnswered(f"http_{reply.status}")
        try:
            return read(reply)
        except _NOT_AN_ANSWER:
            return NotAnswered("incomplete")


class WatchedGateway(HttpGateway):
    """Between `start` and `stop` a thread asks every `PROBE_EVERY_S` whether the gateway serves."""

    _up = False
    _stop: threading.Event | None = None

    @property
    def up(self) -> bool:
        """Whether the gateway said so at the last time of asking."""
        return self._up

    def start(self) -> None:
        """Begin to probe; `up` is known within the first probe's deadline."""
        self._stop = threading.Event()
        thread = threading.Thread(
            target=self._watch, args=(self._stop,), name="wallet-health", daemon=True
        )
        thread.start()

    def stop(self) -> None:
        """End the probes; one under way is not waited for."""
        if self._stop is not None:
            self._stop.set()

    def _watch(self, stop: threading.Event) -> None:
        told: bool | None = None
        while not stop.is_set():
            self._up = up = self.healthy()
            if up != told:
                told = up
                said = "the wallets' gateway serves" if up else "the wallets' gateway is away"
                (log.info if up else log.warning)(said)
            stop.wait(PROBE_EVERY_S)


def _charge(reply: JsonReply, charge_id: UUID) -> Mapping[str, Any]:
    """The charge in a reply, if it is the one that was asked about. Raises ValueError and such."""
    charge = reply.content["charge"]
    if reply.status != 200 or UUID(charge["id"]) != charge_id:
        raise ValueError("not about this charge")
    return charge


def _standing(reply: JsonReply, charge_id: UUID) -> Waiting | Paid | Expired | Canceled | NotKnown:
    # A 404 of whoever stands in between does not say it like this.
    if reply.status == 404 and reply.content.get("error") == "not_known":
        return NotKnown()
    charge = _charge(reply, charge_id)
    match charge["state"]:
        case "waiting":
            return Waiting(_payload(charge), _instant(charge["expires_at"]))
        case "paid":
            return _paid(charge["payment"])
        case "expired":
            return Expired()
        case "canceled":
            return Canceled()
        case _:
            raise ValueError("no state of this contract")


def _paid(payment: Mapping[str, Any]) -> Paid:
    amount = payment["amount_centimos"]
    if type(amount) is not int or not 0 < amount < 100_000_000:
        raise ValueError("not an amount")
    return Paid(_reference(payment["reference"]), amount, _instant(payment["paid_at"]))


def _refund(reply: JsonReply, charge_id: UUID, refund_id: UUID) -> Refunding:
    refund = reply.content["refund"]
    if (reply.status, UUID(refund["charge"]), UUID(refund["id"])) != (200, charge_id, refund_id):
        raise ValueError("not about this refund")
    match refund["state"]:
        case "refunded":
            return Refunded(_reference(refund["reference"]), _instant(refund["at"]))
        case "refused":
            return RefusedRefund(_word(refund["reason"]))
        case _:
            raise ValueError("no state of this contract")


def _payload(charge: Mapping[str, Any]) -> str:
    payload = charge["payload"]
    if not isinstance(payload, str) or not 0 < len(payload) <= MAX_PAYLOAD_CHARACTERS:
        raise ValueError("not a code")
    return payload


def _reference(text: str) -> str:
    if not _REFERENCE.fullmatch(text):
        raise ValueError("not a reference")
    return text


def _word(text: str) -> str:
    return text if _WORD.fullmatch(text) else "other"


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without its zone")
    return instant
