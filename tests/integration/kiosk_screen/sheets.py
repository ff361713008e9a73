"""Contact sheets: every journey on one page, in the order in which a person passes its screens."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

JOURNEYS: dict[str, tuple[str, ...]] = {
    "certificate_by_card": (
        "welcome",
        "read_document",
        "choose_service",
        "terms",
        "checking_applicant",
        "confirm_name",
        "give_email",
        "ready_to_pay",
        "paying_by_card",
        "working",
        "certificate_ready-printed",
    ),
    "other_ways_to_pay": (
        "ready_to_pay",
        "paying_by_cash",
        "paying_by_cash-stopping",
        "holds_claim-printed",
        "paying_by_wallet",
        "paying_by_wallet-shown",
        "give_sequence",
        "give_day",
        "type_day",
        "checking_voucher",
        "payment_waits-printed",
    ),
    "turn": ("welcome", "read_document", "choose_service", "taking_turn", "ticket_ready-printed"),
}
"""By name; a screen that no journey names stands on the sheet `everything_else`."""

WIDTH, HEIGHT, GAP, CAPTION, A_ROW = 270, 480, 14, 26, 6


def sheet(pictures: Sequence[Path], to: Path) -> None:
    """One page with `pictures` side by side, each under its name."""
    rows = -(-len(pictures) // A_ROW)
    across = min(A_ROW, len(pictures))
    page = Image.new(
        "RGB",
        (across * (WIDTH + GAP) + GAP, rows * (HEIGHT + CAPTION + GAP) + GAP),
        "#777777",
    )
    pen, letters = ImageDraw.Draw(page), ImageFont.load_default(15)
    for number, path in enumerate(pictures):
        left = GAP + number % A_ROW * (WIDTH + GAP)
        top = GAP + number // A_ROW * (HEIGHT + CAPTION + GAP)
        pen.text((left, top), path.stem, "white", letters)
        with Image.open(path) as picture:
            page.paste(picture.resize((WIDTH, HEIGHT)), (left, top + CAPTION))
    to.parent.mkdir(parents=True, exist_ok=True)
    page.save(to)


def sheets(folder: Path, language: str, look: str) -> list[Path]:
    """A sheet a journey of what was drawn into `folder`; returns them."""
    there = folder / language / look
    drawn = {path.stem: path for path in sorted(there.glob("*.jpg"))}
    named = {name for journey in JOURNEYS.values() for name in journey}
    journeys = {**JOURNEYS, "everything_else": tuple(each for each in drawn if each not in named)}
    made = []
    for name, screens in journeys.items():
        if found := [drawn[each] for each in screens if each in drawn]:
            made.append(folder / "sheets" / f"{name}-{language}-{look}.png")
            sheet(found, made[-1])
    return made
