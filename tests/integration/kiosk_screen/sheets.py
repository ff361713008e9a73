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
        "ready_to_pay-asked",
        "paying_by_card",
        "working",
        "certificate_ready-printed",
    ),
    "typed_document": (
        "choose_document",
        "type_number-01",
        "type_check",
        "type_birth",
        "type_issue",
        "type_number-04",
        "type_number-07",
        "type_number-ce-too_short",
        "type_check-wrong",
        "type_birth-no_such_day",
        "cannot_apply-typed",
        "cannot_apply-too_many_tries",
    ),
    "other_ways_to_pay": (
        "ready_to_pay-asked",
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
    "when_paying_fails": (
        "ready_to_pay-declined",
        "ready_to_pay-aborted",
        "ready_to_pay-not_started",
        "ready_to_pay-came_back",
        "ready_to_pay-refund_coming",
        "give_sequence-not_found",
        "give_sequence-used",
        "give_sequence-of_another",
        "give_sequence-too_little",
        "payment_unknown-printed",
        "paid_but_refused-printed",
    ),
    "sent_to_review": ("in_review-printed", "taking_turn", "ticket_ready-printed"),
    "turn": (
        "welcome",
        "read_document",
        "choose_service",
        "offer_preference",
        "taking_turn",
        "ticket_ready-printed",
    ),
    "follow": (
        "follow_menu",
        "follow_document",
        "follow_number",
        "follow_ending",
        "following",
        "followed_ones-in_review",
        "followed_ones-sent",
        "followed_money-owed",
        "give_email-new",
        "email_corrected",
    ),
    "information": (
        "guide",
        "guide_page-certificate",
        "guide_page-preferential",
        "guide_page-complaints",
        "guide_services",
        "guide_service",
    ),
    "no_certificate": (
        "cannot_apply-unknown_document",
        "cannot_apply-not_in_force",
        "cannot_apply-under_age",
        "cannot_apply-data_mismatch",
        "cannot_apply-already_valid",
        "cannot_apply-in_force",
        "cannot_apply-backend_away",
        "cannot_apply-server_away",
        "cannot_apply-for_another",
        "goes_on-in_doubt",
        "goes_on-working",
        "goes_on-under_review",
    ),
    "whatever_is_shown": (
        "over-languages",
        "over-still_there",
        "over-help-calling",
        "over-help-called",
        "over-help-coming",
        "over-help-no_answer",
        "over-speaking",
    ),
    "staff": (
        "staff_code",
        "staff_menu",
        "staff_at_work-self_test",
        "staff_tested",
        "staff_closing",
        "staff_parts",
        "staff_ports",
        "staff_calibration",
    ),
}
"""By name; a screen that no journey names stands on the sheet `everything_else`."""

WIDTH, HEIGHT, GAP, CAPTION, A_ROW, A_PAGE = 405, 720, 14, 26, 4, 8
"""Pixels of one picture and what stands around it; pictures side by side, and on one page."""


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
    """The pages of each journey that was drawn into `folder`; returns them."""
    there = folder / language / look
    drawn = {path.stem: path for path in sorted(there.glob("*.jpg"))}
    named = {name for journey in JOURNEYS.values() for name in journey}
    journeys = {**JOURNEYS, "everything_else": tuple(each for each in drawn if each not in named)}
    made = []
    for name, screens in journeys.items():
        found = [drawn[each] for each in screens if each in drawn]
        for page, first in enumerate(range(0, len(found), A_PAGE), start=1):
            made.append(folder / "sheets" / f"{language}-{look}" / f"{name}-{page}.png")
            sheet(found[first : first + A_PAGE], made[-1])
    return made
