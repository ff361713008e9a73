"""Whoever looks after the machines tells the kiosk to print a test, and reads how it went."""

import re

from playwright.sync_api import Page, expect

from deploy.demo.arrivals import Unproven, slip
from deploy.demo.place import Place
from deploy.demo.proof import ordered_by

TITLE = "PRUEBA DE EQUIPOS"
METRICS = "fetch('/metrics').then((answer) => answer.text())"


def order_test_print(monitor: Page, kiosk: str) -> None:
    """Pick it from the sheet of `kiosk` on the monitor, as they do at the centre."""
    monitor.get_by_role("button", name=f"Dar una orden al quiosco {kiosk}").click()
    monitor.locator("dialog .option", has_text="Imprimir una prueba").click()
    expect(_newest(monitor, kiosk)).to_have_attribute("data-kind", "test_print")


def test_printed(place: Place, monitor: Page, kiosk: str, paper: int) -> dict[str, object]:
    """What page, event log and paper say of it: the `paper`-th of the day.

    Raises Unproven when they differ.
    """
    expect(_newest(monitor, kiosk)).to_have_attribute("data-state", "done")
    printed = slip(place, paper)
    if TITLE not in printed.read_text():
        raise Unproven(f"{printed.name} is no test print")
    who = ordered_by(place, kiosk, "test_print")
    return {"kiosk": kiosk, "kind": "test_print", "ordered_by": who, "slip": printed}


def heard_of(monitor: Page, kiosk: str) -> str:
    """The line of `/metrics` that says whether `kiosk` is heard. Raises Unproven without one."""
    told = str(monitor.evaluate(METRICS))
    line = re.search(rf'^ventanilla_kiosk_up\{{.*"{kiosk}".*\}} .*$', told, re.MULTILINE)
    if line is None:
        raise Unproven(f"/metrics says nothing of the kiosk {kiosk}")
    return line[0]


def _newest(monitor: Page, kiosk: str):
    return monitor.locator(f"[data-kiosk={kiosk}] .action-newest .action")
