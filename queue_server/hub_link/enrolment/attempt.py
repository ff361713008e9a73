"""Being enrolled by one hub: ask, wait until a code is typed there, prove, receive."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from queue_server.hub_link.adapters.line import Answer, LineDown, UnverifiedLine
from queue_server.hub_link.enrolment.exchange import (
    Exchange,
    NotOurs,
    Proof,
    Seen,
    WrongCode,
    private_pem,
)
from queue_server.hub_link.model.trust import Trust

ANSWER_S = 4.0
_ID = re.compile(r"[0-9a-f]{32}")
_HUB = re.compile(r"[A-Z0-9-]{2,20}")


class Declined(Exception):
    """The hub will not: its stable word is `kind`, what it says to people `detail`."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail


class Attempt:
    """`look` is called until it gives a Trust.

    `may_try` is asked before each use of the code: every one is a guess for whoever does not know.
    """

    def __init__(
        self,
        url: str,
        site: str,
        code: str,
        device_key: Ed25519PrivateKey,
        may_try: Callable[[], bool] = lambda: True,
    ) -> None:
        self._may_try = may_try
        self._site = site
        self._code = code
        self._device_key = device_key
        self._line = UnverifiedLine(url)
        self._exchange = self._fresh()
        self._id = ""
        self._seen: Seen | None = None
        self._proof: Proof | None = None

    @property
    def is_open(self) -> bool:
        """Whether the hub has taken us down, so that somebody there can type our code."""
        return bool(self._id)

    def look(self) -> Trust | None:
        """One step; the Trust when it was the last.

        Raises WrongCode when what was typed there is not our code (or somebody stands between),
        NotOurs, LineDown and Declined: then it is begun with anew, if at all.
        """
        try:
            if not self._id:
                self._ask()
                return None
            return self._confirm() if self._proof is not None else self._hear()
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise LineDown("malformed") from error

    def close(self) -> None:
        """Let go of the line."""
        self._line.close()

    def _fresh(self) -> Exchange:
        return Exchange(self._site, self._code, self._device_key)

    def _ask(self) -> None:
        asked = {
            "kiosk": self._site,
            "device_key": self._device_key.public_key().public_bytes_raw().hex(),
            "message": self._exchange.message.hex(),
        }
        told = self._post("/api/v1/pairings", asked)
        if not _ID.fullmatch(told["id"]) or not _HUB.fullmatch(told["site"]):
            raise LineDown("malformed")
        self._seen = Seen(told["site"], bytes.fromhex(told["authority"]), self._line.certificate)
        self._id = told["id"]

    def _hear(self) -> Trust | None:
        told = _granted(self._line.exchange("GET", self._path(""), b"", "", ANSWER_S))
        if told["state"] != "answered":
            if told["state"] == "closed":
                raise Declined("closed", "too many wrong codes were typed")
            return None
        if not self._may_try():
            return None
        assert self._seen is not None
        message, theirs = bytes.fromhex(told["message"]), bytes.fromhex(told["confirmation"])
        try:
            self._proof = self._exchange.prove(self._seen, message, theirs)
        except WrongCode:
            self._exchange = self._fresh()
            self._post(self._path("/refusal"), {"message": self._exchange.message.hex()})
            raise
        return self._confirm()

    def _confirm(self) -> Trust:
        """Sent again with the same words when its answer was lost."""
        assert self._proof is not None
        body = {
            "confirmation": self._proof.confirmation.hex(),
            "signature": self._proof.signature.hex(),
        }
        told = self._post(self._path("/confirmation"), body)
        return self._trust(self._exchange.open(bytes.fromhex(told["sealed"])))

    def _trust(self, given: Mapping[str, str]) -> Trust:
        assert self._seen is not None
        if given["site"] != self._seen.hub:
            raise NotOurs("another hub than the one confirmed")
        return Trust(
            hub=given["site"],
            site=self._site,
            authority=given["authority"],
            token=given["token"],
            device_key=private_pem(self._device_key),
            expires_at=given["expires_at"],
            renew_at=given["renew_at"],
        )

    def _path(self, what: str) -> str:
        return f"/api/v1/pairings/{self._id}{what}"

    def _post(self, path: str, body: Mapping[str, str]) -> Mapping[str, Any]:
        return _granted(self._line.exchange("POST", path, json.dumps(body).encode(), "", ANSWER_S))


def _granted(answer: Answer) -> Mapping[str, Any]:
    if not 200 <= answer.status < 300:
        raise Declined(answer.kind, answer.detail)
    return answer.content
