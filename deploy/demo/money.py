"""Two more ways to pay: notes with change, and a phone's wallet; what the machines say of them."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from deploy.demo.applicant import SCREEN_DEADLINE_S, Applicant
from deploy.demo.arrivals import Unproven, application_on, slip
from deploy.demo.people import MARTA, ROSA
from deploy.demo.place import LOOPBACK, Place
from deploy.demo.scan import shows_code
from deploy.demo.visit import to_the_amount
from devices.control import ask

FEE, NOTES = 3770, (20, 20)


def paid_in_cash(person: Applicant, place: Place, paper: int) -> dict[str, Any]:
    """Marta puts in two notes and takes certificate and change; what validator and hoppers say.

    Raises Unproven when the boxes disagree with the price.
    """
    to_the_amount(person, MARTA)
    person.touch("pay_cash", "paying_by_cash")
    for note in NOTES:
        _insert(place, note)
    person.waits_for("certificate_ready")
    receipt = slip(place, paper)
    person.wait_enabled("finish")
    person.touch("finish", "welcome")
    taken, given = _taken(place), _given(place)
    if taken - given != FEE:
        raise Unproven(f"{taken} céntimos were taken and {given} given for a fee of {FEE}")
    return {
        "application_number": application_on(receipt),
        "taken_centimos": taken,
        "given_centimos": given,
        "slip": receipt,
    }


def paid_by_wallet(person: Applicant, place: Place, paper: int) -> dict[str, Any]:
    """Rosa's phone pays the code on the screen; what the gateway kept.

    Raises Unproven when the code on the screen is not the gateway's, or the amount another.
    """
    to_the_amount(person, ROSA)
    person.touch("pay_wallet", "paying_by_wallet")
    charge = _until(lambda: _waiting(place))
    payload = charge["payload"]
    picture = _until(lambda: _picture_of(person, payload))
    _gateway(place, "/control", {"pay": charge["id"]})
    person.waits_for("certificate_ready")
    receipt = slip(place, paper)
    person.wait_enabled("finish")
    person.touch("finish", "welcome")
    kept = [each["amount_centimos"] for each in _charges(place)[charge["id"]]["payments"]]
    if kept != [FEE]:
        raise Unproven(f"the gateway kept {kept} for a fee of {FEE}")
    return {
        "application_number": application_on(receipt),
        "kept_centimos": kept[0],
        "code": picture,
        "slip": receipt,
    }


def _insert(place: Place, soles: int) -> None:
    """A note in the mouth, as soon as the validator takes it, and until it lies in the box."""
    validator = (LOOPBACK, place.ports.bills)
    before = _taken(place)
    _until(lambda: ask(validator, f"insert note {soles}")["taken"])
    _until(lambda: _taken(place) > before)


def _taken(place: Place) -> int:
    rows = ask((LOOPBACK, place.ports.bills), "ledger")["ledger"]
    return sum(int(row["centimos"]) for row in rows if row["what"] == "stacked")


def _given(place: Place) -> int:
    coins = {10: place.ports.hopper_10, 100: place.ports.hopper_100}
    return sum(coin * int(ask((LOOPBACK, port), "state")["out"]) for coin, port in coins.items())


def _picture_of(person: Applicant, payload: str) -> Path | None:
    picture = person.picture("paying_by_wallet-code")
    return picture if shows_code(picture, payload) else None


def _waiting(place: Place) -> dict[str, Any] | None:
    found = [
        {"id": id_, **charge}
        for id_, charge in _charges(place).items()
        if charge["state"] == "waiting"
    ]
    return found[0] if found else None


def _charges(place: Place) -> dict[str, Any]:
    return _gateway(place, "/ledger")["charges"]


def _gateway(place: Place, path: str, order: dict[str, Any] | None = None) -> Any:
    body = None if order is None else json.dumps(order).encode()
    url = f"http://{LOOPBACK}:{place.ports.gateway}{path}"
    with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=5) as answer:
        said = answer.read()
    return json.loads(said) if said else {}


def _until(check: Any) -> Any:
    ends = time.monotonic() + SCREEN_DEADLINE_S
    while not (found := check()):
        if time.monotonic() > ends:
            raise Unproven("a machine did not do its part in time")
        time.sleep(0.05)
    return found
