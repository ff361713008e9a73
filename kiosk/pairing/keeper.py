"""Keeps what this kiosk trusts: paired once, its token renewed, its server found again."""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from kiosk.pairing.desk import PairingDesk
from kiosk.pairing.exchange import load_private, renewal
from kiosk.pairing.finder import Finder
from kiosk.queue_client import Answer, Granted, QueueClient, Refused
from kiosk.trust import Trust, TrustFile, UnsafeServer

# The server's word for a credential that was revoked, or is not this device's.
UNKNOWN_CREDENTIAL = "unknown_credential"
LOOK_EVERY_S = 1.0
RENEW_AGAIN_S = 60.0
# So long without an answer, and the server is looked for at another address.
LOST_AFTER_S = 20.0

log = structlog.get_logger("trust")


class TrustKeeper:
    """`look` is called every second. `now`: aware UTC; `monotonic`: seconds."""

    def __init__(
        self,
        file: TrustFile,
        trust: Trust | None,
        client: QueueClient,
        desk: PairingDesk,
        finder: Callable[[], Finder],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._trust = trust
        self._client = client
        self._desk = desk
        self._make_finder = finder
        self._finder: Finder | None = None
        self._now = now
        self._monotonic = monotonic
        self._shut_out = False
        self._renew_at = 0.0
        self._lost_at = 0.0

    @property
    def trust(self) -> Trust | None:
        """What this kiosk was paired with; None before, and once it was shut out."""
        return None if self._shut_out else self._trust

    def look(self) -> None:
        """Do what is due."""
        trust = self._trust
        if trust is None or self._shut_out:
            self._pair()
        elif self._client.turned_away or trust.is_due(self._now()):
            self._renew(trust)
        else:
            self._follow(trust)

    def close(self) -> None:
        """End what listens."""
        self._desk.end()
        if self._finder is not None:
            self._finder.close()
            self._finder = None

    # --- pairing ----------------------------------------------------------------------------------
    def _pair(self) -> None:
        found = self._desk.look()
        if found is None:
            return
        self._file.keep(found)
        self._client.talk_to(found.url, found.token, found.authority)
        self._trust, self._shut_out = found, False
        self._desk.end()
        log.info("paired", site=found.site, server=found.url)

    # --- renewal ----------------------------------------------------------------------------------
    def _renew(self, trust: Trust) -> None:
        """Written down before it is asked for: whatever dies in between, the same token counts."""
        if self._monotonic() < self._renew_at:
            return
        self._renew_at = self._monotonic() + RENEW_AGAIN_S
        if not trust.next_token:
            credential = trust.token.partition(".")[0]
            trust = replace(trust, next_token=f"{credential}.{secrets.token_urlsafe(32)}")
            self._keep(trust)
        answer = self._ask(trust, self._now().isoformat())
        if isinstance(answer, Refused) and answer.kind == "clock" and "now" in answer.more:
            answer = self._ask(trust, str(answer.more["now"]))
        match answer:
            case Granted(body):
                dates = {name: str(body[name]) for name in ("expires_at", "renew_at")}
                self._adopt(replace(trust, token=trust.next_token, next_token="", **dates))
            case Refused(kind=kind) if kind == UNKNOWN_CREDENTIAL:
                log.warning("this kiosk was shut out; it must be paired again")
                self._shut_out = True
            case other:
                log.warning("the token could not be renewed yet", answer=type(other).__name__)

    def _ask(self, trust: Trust, at: str) -> Answer:
        credential, _, secret = trust.next_token.partition(".")
        next_hash = hashlib.sha256(secret.encode()).digest()
        signed = load_private(trust.device_key).sign(renewal(credential, next_hash, at))
        body = {
            "credential": credential,
            "next_hash": next_hash.hex(),
            "at": at,
            "signature": signed.hex(),
        }
        return self._client.post("/api/v1/credential-renewals", body)

    def _adopt(self, trust: Trust) -> None:
        self._keep(trust)
        self._client.talk_to(trust.url, trust.token, trust.authority)
        # Used at once: the token before it opens nothing any more. Lost, the next turn does it.
        self._client.post("/api/v1/credential-settlements", {})
        self._renew_at = 0.0
        log.info("token renewed", until=trust.expires_at)

    # --- the server moved -------------------------------------------------------------------------
    def _follow(self, trust: Trust) -> None:
        """A server that is away may have another address: its authority is the same."""
        away_s = self._client.silent_s
        if away_s < LOST_AFTER_S or self._monotonic() < self._lost_at:
            return
        self._lost_at = self._monotonic() + LOST_AFTER_S
        self._finder = self._finder or self._make_finder()
        for url in self._finder.urls():
            if url != trust.url and self._is_ours(url, trust):
                self._keep(replace(trust, url=url))
                self._client.talk_to(url, trust.token, trust.authority)
                log.info("the server has another address now", server=url)
                return

    def _is_ours(self, url: str, trust: Trust) -> bool:
        """Asked without a credential; who is not pinned does not even get the question."""
        try:
            probe = QueueClient(url, "", authority=trust.authority)
        except UnsafeServer:
            return False
        try:
            return isinstance(probe.get("/api/v1/health"), Granted)
        finally:
            probe.close()

    def _keep(self, trust: Trust) -> None:
        self._file.keep(trust)
        self._trust = trust
