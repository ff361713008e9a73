"""Lets the kiosk into its site before anything is measured: the office's procedure, no browser."""

import re
import ssl
import time

from deploy.demo.applicant import SCREEN_DEADLINE_S, Applicant
from deploy.demo.place import KIOSK_CODE, Place
from deploy.demo.story import PAIRING_CODE
from tests.support.second_factor import App
from tests.support.site import StaffHttp


def let_in(person: Applicant, place: Place) -> None:
    """Read the code on the kiosk's screen, and type it in the monitor's list."""
    person.waits_for("not_paired")
    code = person.reads(PAIRING_CODE).replace(" ", "")
    believed = ssl.create_default_context(cafile=str(place.authority))
    staff = StaffHttp(place.url, *place.it, verify=believed)
    _make_app_known(staff)
    answer = staff.http.post(f"/api/v1/pairings/{_row(staff)}/code", json={"code": code})
    answer.raise_for_status()
    person.waits_for("welcome")


def _make_app_known(staff: StaffHttp) -> None:
    """Enrol a second factor: without one a technician's session opens nothing else."""
    shown = re.search(r'id="secret">([A-Z2-7 ]+)<', staff.http.get("/sign-in/enrol").text)
    if shown is None:
        raise RuntimeError("the page shows no secret to enrol")
    enrolled = {"code": App(shown[1]).code(), "after": "/"}
    staff.http.post("/sign-in/enrol", data=enrolled).raise_for_status()


def _row(staff: StaffHttp) -> str:
    """The kiosk's line in the list, once it stands there."""
    ends = time.monotonic() + SCREEN_DEADLINE_S
    while time.monotonic() < ends:
        for row in staff.http.get("/api/v1/pairings").json()["pairings"]:
            if row["kiosk"] == KIOSK_CODE:
                return row["id"]
        time.sleep(0.1)
    raise TimeoutError(f"{KIOSK_CODE} is not in the list")
