"""Of the staff menu."""

from dataclasses import replace
from uuid import UUID

from kiosk.flow.facts import (
    PrintState,
)
from kiosk.flow.staff.states import (
    Chore,
    ChoreNews,
    CodeProblem,
    PlacedPart,
    StaffAtWork,
    StaffCalibration,
    StaffClosing,
    StaffCode,
    StaffMenu,
    StaffOpening,
    StaffParts,
    StaffPorts,
    StaffTested,
    TestedPart,
    TestEnd,
    Visit,
)
from kiosk.flow.states import (
    At,
)

VISIT = Visit(UUID(int=9), "supervisora.lima", tuple(Chore))
PLACED = tuple(
    PlacedPart(name, kind, f"/dev/ventanilla/{name}")
    for name, kind in (
        ("reader", "document_reader"),
        ("printer", "receipt_printer"),
        ("terminal", "card_terminal"),
        ("notes", "cash_acceptor"),
        ("coins", "cash_acceptor"),
        ("hopper", "cash_dispenser"),
        ("keypad", "keypad"),
    )
)


def staff() -> dict[str, At]:
    """Of the staff menu."""
    asked, ends = UUID(int=10), (TestEnd.PASSED, TestEnd.FAILED, TestEnd.NOT_RUN)
    tested = tuple(TestedPart(each.name, each.kind, ends[i % 3]) for i, each in enumerate(PLACED))
    parts = StaffParts(VISIT, PLACED, ("/dev/ttyUSB0", "usb:0403:6001:A50285BI"))
    few = replace(VISIT, chores=(Chore.PAPER, Chore.SELF_TEST, Chore.SERVICE))
    return {
        "staff_code": StaffCode(UUID(int=9)),
        **{f"staff_code-{why}": StaffCode(UUID(int=9), why) for why in CodeProblem},
        "staff_opening": StaffOpening(UUID(int=9), asked, 1),
        "staff_menu": StaffMenu(VISIT),
        "staff_menu-few": StaffMenu(few),
        **{f"staff_menu-{news}": StaffMenu(VISIT, news) for news in ChoreNews},
        **{f"staff_at_work-{each}": StaffAtWork(VISIT, each, asked) for each in Chore},
        "staff_tested": StaffTested(VISIT, tested, PrintState.PRINTED),
        "staff_tested-no_paper": StaffTested(VISIT, tested[:3], PrintState.NOT_PRINTED),
        "staff_closing": StaffClosing(VISIT),
        "staff_parts": parts,
        "staff_ports": StaffPorts(parts, PLACED[0]),
        "staff_ports-none": StaffPorts(replace(parts, ports=()), PLACED[0]),
        "staff_calibration": StaffCalibration(VISIT),
        "staff_calibration-again": StaffCalibration(VISIT, again=True),
    }
