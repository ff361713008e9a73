"""The centre behind the site: somebody there decides a review, and its ledger says what it did."""

import json
import urllib.request
from typing import Any

from deploy.demo.place import LOOPBACK, Place

DEADLINE_S = 5.0


def issue_after_review(place: Place, application: str) -> None:
    """Whoever compares names at the centre finds nothing against it: the certificate is issued.

    Raises urllib.error.HTTPError when the request waits for no decision.
    """
    order = json.dumps({"decide": application, "issue": True}).encode()
    asked = urllib.request.Request(
        f"{address(place)}/control", order, {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(asked, timeout=DEADLINE_S).close()


def issued_for(place: Place, application: str) -> list[str]:
    """The numbers of the certificates the centre itself issued for an application."""
    request = _ledger(place)["requests"].get(application)
    return request["certificates"] if request else []


def held_before(place: Place) -> list[str]:
    """The numbers of the certificates that were in force without any request of this day."""
    return [row["number"] for row in _ledger(place)["certificates"] if row["request"] is None]


def address(place: Place) -> str:
    """Where the stand-in shows its pages and takes orders."""
    return f"http://{LOOPBACK}:{place.ports.backend}"


def _ledger(place: Place) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address(place)}/ledger", timeout=DEADLINE_S) as answer:
        return json.load(answer)
