"""Being paired by one server: ask, wait until a code is typed there, prove, receive."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.pairing.exchange import Exchange, NotOurs, Proof, Seen, WrongCode, private_pem
from kiosk.pairing.line import Declined, LineDown, UnverifiedLine
from kiosk.trust import Trust

_ID = re.compile(r"[0-9a-f]{32}")
_SITE = re.compile(r"[A-Z0-9-]{2,20}")


class Attempt:
    """One server that might be ours. `look` is called until it gives a Trust.

    `may_try` is asked before each use of the code: every one is a guess for whoever does not know.
    """

    def __init__(
        self,
        url: str,
        kiosk: str,
        code: str,
        device_key: Ed25519PrivateKey,
        may_try: Callable[[], bool] = lambda: True,
    ) -> None:
        self.url = url
        self._may_try = may_try
        self._kiosk = kiosk
        self._code = code
        self._device_key = device_key
        self._line = UnverifiedLine(url)
        self._exchange = self._fresh()
        self._id = ""
        self._seen: Seen | None = None
        self._proof: Proof | None = None

    @property
    def is_open(self) -> bool:
        """Whether the server has taken us down, so that somebody there can type our code."""
        return bool(self._id)

    def look(self) -> Trust | None:
        """One step; the Trust when it was the last.

        Raises WrongCode when what was typed there is not our code (or somebody stands between),
        NotOurs, LineDown and Declined: then this server is begun with anew, if at all.
        """
        try:
            if not self._id:
                self._ask()
                return None
            return self._confirm() if self._proof is not None else self._hear()
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise LineDown("not an answer of ours") from error

    def close(self) -> None:
        """Let go of the line."""
        self._line.close()

    def _fresh(self) -> Exchange:
        return Exchange(self._kiosk, self._code, self._device_key)

    def _ask(self) -> None:
        asked = {
            "kiosk": self._kiosk,
            "device_key": self._device_key.public_key().public_bytes_raw().hex(),
            "message": self._exchange.message.hex(),
        }
        told = self._line.post("/api/v1/pairings", asked)
        if not _ID.fullmatch(told["id"]) or not _SITE.fullmatch(told["site"]):
            raise LineDown("not an answer of ours")
        self._seen = Seen(told["site"], bytes.fromhex(told["authority"]), self._line.certificate)
        self._id = told["id"]

    def _hear(self) -> Trust | None:
        told = self._line.get(f"/api/v1/pairings/{self._id}")
        if told["state"] != "answered":
            if told["state"] == "closed":
                raise Declined("closed")
            return None
        if not self._may_try():
            return None
        assert self._seen is not None
        message, theirs = bytes.fromhex(told["message"]), bytes.fromhex(told["confirmation"])
        try:
            self._proof = self._exchange.prove(self._seen, message, theirs)
        except WrongCode:
            self._exchange = self._fresh()
            self._line.post(
                f"/api/v1/pairings/{self._id}/refusal", {"message": self._exchange.message.hex()}
            )
            raise
        return self._confirm()

    def _confirm(self) -> Trust:
        """Sent again with the same words when its answer was lost."""
        assert self._proof is not None
        assert self._seen is not None
        body = {
            "confirmation": self._proof.confirmation.hex(),
            "signature": self._proof.signature.hex(),
        }
        told = self._line.post(f"/api/v1/pairings/{self._id}/confirmation", body)
        return self._trust(self._exchange.open(bytes.fromhex(told["sealed"])))

    def _trust(self, given: Mapping[str, Any]) -> Trust:
        assert self._seen is not None
        if given["site"] != self._seen.site:
            raise NotOurs("another site than the one confirmed")
        return Trust(
            site=given["site"],
            url=self.url,
            authority=given["authority"],
            token=given["token"],
            device_key=private_pem(self._device_key),
            actions_key=given["actions_key"],
            expires_at=given["expires_at"],
            renew_at=given["renew_at"],
        )
