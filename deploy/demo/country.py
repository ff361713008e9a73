"""The hub: this site is let in by its code, and seen from afar on the page of the whole country."""

import re
import time

from playwright.sync_api import Page, expect

from deploy.demo.arrivals import Unproven
from deploy.demo.place import SITE, Place
from deploy.demo.processes import Processes
from deploy.demo.proof import last_event

CODE = re.compile(r"CODE((?:\s+\d){8})")
HELD = f"fetch('/api/v1/hub/sites/{SITE}').then((answer) => answer.json())"
SERVES = ("all", "some")
DEADLINE_S = 20.0


def ask_to_be_let_in(processes: Processes, place: Place) -> None:
    """On the server of the site somebody asks the hub for it; a code is shown."""
    config = str(place.run / "server.toml")
    processes.start("enrol", "-m", "queue_server", "--config", config, "enrol")


def let_in(processes: Processes, central: Page) -> None:
    """Whoever looks after all sites types the code that they were told on the telephone."""
    processes.wait("enrol", lambda: CODE.search(processes.log("enrol")) is not None)
    shown = CODE.search(processes.log("enrol"))
    assert shown is not None
    row = central.locator(f'#pairings li[data-kiosk="{SITE}"]')
    row.get_by_label(f"Código que muestra {SITE}").fill(re.sub(r"\s", "", shown[1]))
    row.get_by_role("button", name="Autorizar").click()
    expect(row).to_have_attribute("data-state", "paired")


def told(place: Place, central: Page) -> dict[str, object]:
    """What the hub holds of this site: every event of its log, and that people can be served there.
    Raises Unproven when either does not arrive."""
    central.goto(f"{place.hub_url}/country")
    expect(central.locator(f'[data-site="{SITE}"]').first).to_be_visible()
    ends = time.monotonic() + DEADLINE_S
    while True:
        here, there = last_event(place), central.evaluate(HELD)["site"]
        held, standing = there["last_event"], there["about"]["standing"]
        if held >= here and standing in SERVES:
            return {"site": SITE, "events": here, "standing": standing}
        if time.monotonic() > ends:
            raise Unproven(f"the hub holds {held} of {here} events, and the site as {standing}")
        time.sleep(0.2)
