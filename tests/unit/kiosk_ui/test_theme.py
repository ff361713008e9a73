"""Sizes in millimetres and contrasts of colours, without Kivy."""

from dataclasses import fields

import pytest

from kiosk.theme import (
    DAY,
    HIGH_CONTRAST,
    MM_PER_PX_22,
    MM_PER_PX_27,
    Coat,
    Palette,
    Theme,
    contrast,
    rgb,
)

PALETTES = pytest.mark.parametrize("palette", [DAY, HIGH_CONTRAST], ids=lambda each: each.name)


def coats(palette: Palette) -> dict[str, Coat]:
    found = {field.name: getattr(palette, field.name) for field in fields(palette)}
    return {name: coat for name, coat in found.items() if isinstance(coat, Coat)}


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(rgb("#000000"), rgb("#FFFFFF")) == pytest.approx(21)
    assert contrast(rgb("#767676"), rgb("#FFFFFF")) == pytest.approx(4.54, abs=0.01)


@PALETTES
def test_every_text_stands_out_at_least_seven_to_one(palette: Palette) -> None:
    pairs = {name: (coat.text, coat.face) for name, coat in coats(palette).items()} | {
        "ink": (palette.ink, palette.ground),
        "soft": (palette.soft, palette.ground),
        "soft on tint": (palette.soft, palette.tint),
        "ink on tint": (palette.ink, palette.tint),
        "accent": (palette.accent, palette.ground),
        "accent on tint": (palette.accent, palette.tint),
        "header": (palette.on_header, palette.header),
        "explanation on a pressed card": (palette.ink, palette.secondary_down.face),
    }
    assert {name: contrast(*pair) for name, pair in pairs.items() if contrast(*pair) < 7} == {}


@PALETTES
def test_every_key_to_type_with_can_be_read_and_seen(palette: Palette) -> None:
    for variant in ("letter", "sign"):
        for state in ("normal", "down"):
            coat = palette.key(variant, state)
            assert contrast(coat.text, coat.face) >= 7
            assert contrast(coat.edge, palette.ground) >= 3


@PALETTES
def test_every_control_and_ring_stands_out_at_least_three_to_one(palette: Palette) -> None:
    edges = {name: coat.edge for name, coat in coats(palette).items()} | {"ring": palette.ring}
    weak = {name for name, edge in edges.items() if contrast(edge, palette.ground) < 3}
    assert weak == set()


@PALETTES
def test_a_pressed_control_looks_different(palette: Palette) -> None:
    for variant in ("primary", "secondary"):
        up, down = (palette.coat(variant, state, False) for state in ("normal", "down"))
        assert up.face != down.face


@pytest.mark.parametrize("mm_per_px", [MM_PER_PX_27, MM_PER_PX_22])
def test_the_least_target_is_twenty_millimetres_on_any_panel(mm_per_px: float) -> None:
    assert Theme(mm_per_px).target * mm_per_px >= 20


@pytest.mark.parametrize("mm_per_px", [MM_PER_PX_27, MM_PER_PX_22])
def test_ten_keys_of_the_least_width_fit_side_by_side(mm_per_px: float) -> None:
    theme = Theme(mm_per_px).with_large_text(True)
    assert 10 * theme.target + 9 * theme.key_gap + 2 * theme.margin <= 1080
    assert theme.key >= theme.target


@pytest.mark.parametrize("mm_per_px", [MM_PER_PX_27, MM_PER_PX_22])
def test_the_smallest_capitals_are_tall_enough_for_sixty_centimetres(mm_per_px: float) -> None:
    inter_capital = 0.727
    assert (
        min(Theme(mm_per_px).small, Theme(mm_per_px).brand_name) * inter_capital * mm_per_px >= 7.3
    )


def test_the_smallest_text_on_27_inches_is_at_least_34_pixels() -> None:
    assert Theme().small >= 34


def test_large_text_is_forty_percent_larger() -> None:
    usual, large = Theme(), Theme().with_large_text(True)
    for name in ("small", "body", "lead", "button"):
        assert getattr(large, name) == pytest.approx(1.4 * getattr(usual, name), abs=1)
