"""Keeps the site's credential alive: the next token is written down before it is asked for."""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto

import structlog

from queue_server.fleet.pairing.model import renewal
from queue_server.hub_link.adapters.line import Answer, Line
from queue_server.hub_link.enrolment.exchange import load_private
from queue_server.hub_link.model.trust import Trust

# The hub's word for a credential that was revoked, or is not this site's.
UNKNOWN_CREDENTIAL = "unknown_credential"
WITHIN_S = 20.0

log = structlog.get_logger("hub")


class Renewed(Enum):
    """What came of it."""

    YES = auto()
    NOT_YET = auto()
    SHUT_OUT = auto()


def renew(line: Line, trust: Trust, keep: Callable[[Trust], None], now: datetime) -> Renewed:
    """Have the next token accepted, by the device key; an expired one can be renewed as well.

    `keep` writes down what is trusted from then on; whatever dies in between, the same next token
    counts. Raises LineDown.
    """
    if not trust.next_token:
        trust = replace(trust, next_token=f"{trust.credential}.{secrets.token_urlsafe(32)}")
        keep(trust)
    answer = _ask(line, trust, now.isoformat())
    if answer.kind == "clock" and "now" in answer.content:
        answer = _ask(line, trust, str(answer.content["now"]))
    if answer.status == 200:
        dates = {name: str(answer.content[name]) for name in ("expires_at", "renew_at")}
        trust = replace(trust, token=trust.next_token, next_token="", **dates)
        keep(trust)
        # Used at once: the token before it opens nothing any more. Lost, the next use does it.
        line.exchange("POST", "/api/v1/credential-settlements", b"{}", trust.token, WITHIN_S)
        log.info("the credential at the hub was renewed", until=trust.expires_at)
        return Renewed.YES
    if answer.kind == UNKNOWN_CREDENTIAL:
        return Renewed.SHUT_OUT
    log.warning("the credential at the hub is not renewed yet", reason=answer.kind)
    return Renewed.NOT_YET


def _ask(line: Line, trust: Trust, at: str) -> Answer:
    credential, _, secret = trust.next_token.partition(".")
    next_hash = hashlib.sha256(secret.encode()).digest()
    signed = load_private(trust.device_key).sign(renewal(credential, next_hash, at))
    body = {
        "credential": credential,
        "next_hash": next_hash.hex(),
        "at": at,
        "signature": signed.hex(),
    }
    return line.exchange(
        "POST", "/api/v1/credential-renewals", json.dumps(body).encode(), "", WITHIN_S
    )
