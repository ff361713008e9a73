"""How the screen looks: one frozen Theme of sizes (pixels, from millimetres) and colours."""

from dataclasses import dataclass, replace
from math import ceil

from kiosk.comfort import Comfort

Colour = tuple[float, float, float, float]

MM_PER_PX_27 = 0.3113
"""A 27-inch panel of 1080 x 1920, standing."""

MM_PER_PX_22 = 0.2537
"""A 22-inch panel of 1080 x 1920, standing."""

LARGE_TEXT = 1.4

LEAST_TEXT_MM = 10.1
"""The em whose capitals are 7.3 mm, to be read from 60 cm."""

FINGER_MM = 20.0
"""The least side of anything to touch."""

REACH, LOWERED_REACH, LOWERED_LARGE_REACH = 0.65, 0.45, 0.6
"""The share of the screen, from below, in which every control is.

A keyboard, three ways on and a bar of two rows in large text need more than the 45 % that lowered
controls keep to otherwise.
"""

LONGEST_TITLE_PX, LONGEST_DISPLAY_PX = 83, 92
"""Titles of 22 and 19 letters fill a line of 1080 pixels less margins at these sizes."""

CROWDED_NUMBER_PX = 206


def rgb(code: str) -> Colour:
    """`#rrggbb` as red, green, blue, alpha between 0 and 1."""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue, 1.0


def luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@dataclass(frozen=True)
class Coat:
    """The three colours of one thing that can be touched or read."""

    face: Colour
    text: Colour
    edge: Colour


@dataclass(frozen=True)
class Palette:
    """Every colour of the screens. `coats` are the looks of controls, by variant."""

    name: str
    ground: Colour
    ink: Colour
    soft: Colour
    hairline: Colour
    tint: Colour
    accent: Colour
    header: Colour
    on_header: Colour
    stripe: Colour
    ring: Colour
    primary: Coat
    primary_down: Coat
    secondary: Coat
    secondary_down: Coat
    disabled: Coat
    notice: Coat
    good: Coat

    def coat(self, variant: str, state: str, disabled: bool) -> Coat:
        """The look of a control: `variant` primary or secondary, `state` normal or down."""
        if disabled:
            return self.disabled
        if variant == "primary":
            return self.primary_down if state == "down" else self.primary
        return self.secondary_down if state == "down" else self.secondary

    def tool(self, on: bool, state: str, disabled: bool) -> Coat:
        """The look of a tool of the bar: filled while it is `on`, `state` normal or down."""
        if disabled:
            return self.disabled
        if state == "down":
            return self.primary_down if on else self.secondary_down
        return self.primary if on else Coat(self.ground, self.accent, self.disabled.edge)

    def key(self, variant: str, state: str) -> Coat:
        """The look of a key to type with: `variant` letter or sign, `state` normal or down."""
        if state == "down":
            return self.secondary_down
        if variant == "sign":
            return Coat(self.tint, self.accent, self.accent)
        return Coat(self.ground, self.ink, self.disabled.edge)


_WHITE, _BLACK = rgb("#FFFFFF"), rgb("#000000")
_WINE, _WINE_DEEP, _WINE_PALE = rgb("#7A1027"), rgb("#4C0715"), rgb("#F8EDEF")
_INK, _SOFT, _STONE = rgb("#1E1A1B"), rgb("#4D4648"), rgb("#857A7D")
_YELLOW = rgb("#FFD84A")

DAY = Palette(
    name="day",
    ground=_WHITE,
    ink=_INK,
    soft=_SOFT,
    hairline=rgb("#DDD5D7"),
    tint=_WINE_PALE,
    accent=_WINE,
    header=_WINE,
    on_header=_WHITE,
    stripe=rgb("#C9A24B"),
    ring=rgb("#0B57D0"),
    primary=Coat(_WINE, _WHITE, _WINE),
    primary_down=Coat(_WINE_DEEP, _WHITE, _WINE_DEEP),
    secondary=Coat(_WHITE, _WINE, _WINE),
    secondary_down=Coat(rgb("#EFD9DD"), _WINE_DEEP, _WINE_DEEP),
    disabled=Coat(rgb("#F2EFF0"), _SOFT, _STONE),
    notice=Coat(rgb("#FFF3D6"), rgb("#3B2A00"), rgb("#9A6700")),
    good=Coat(rgb("#E7F4EC"), rgb("#0B3D22"), rgb("#1F7A45")),
)

HIGH_CONTRAST = Palette(
    name="high_contrast",
    ground=_BLACK,
    ink=_WHITE,
    soft=rgb("#E6E6E6"),
    hairline=rgb("#8C8C8C"),
    tint=rgb("#1C1C1C"),
    accent=_YELLOW,
    header=_BLACK,
    on_header=_WHITE,
    stripe=_YELLOW,
    ring=rgb("#6FD3FF"),
    primary=Coat(_YELLOW, _BLACK, _YELLOW),
    primary_down=Coat(_WHITE, _BLACK, _WHITE),
    secondary=Coat(_BLACK, _YELLOW, _YELLOW),
    secondary_down=Coat(rgb("#3A3208"), _YELLOW, _WHITE),
    disabled=Coat(rgb("#1C1C1C"), rgb("#D0D0D0"), rgb("#8C8C8C")),
    notice=Coat(rgb("#2B2200"), _YELLOW, _YELLOW),
    good=Coat(rgb("#06230F"), rgb("#B7F5CC"), rgb("#5FD38A")),
)


@dataclass(frozen=True)
class Theme:
    """Sizes in pixels for one panel. Lengths are kept in millimetres of the person's world.

    A panel narrower than 27 inches shows the same proportions: all shrinks with it but what a
    finger must hit (`target`) and an eye must read (LEAST_TEXT_MM). `lowered` brings
    everything to touch into the lower part.
    """

    mm_per_px: float = MM_PER_PX_27
    palette: Palette = DAY
    text_factor: float = 1.0
    font: str = "Inter"
    lowered: bool = False

    def px(self, mm: float) -> int:
        """`mm` millimetres on 27 inches, the same proportion on less; never rounded down."""
        return self._pixels(mm * self._room)

    def _pixels(self, mm: float) -> int:
        return ceil(mm / self.mm_per_px)

    @property
    def _room(self) -> float:
        return min(1.0, self.mm_per_px / MM_PER_PX_27)

    def with_large_text(self, on: bool) -> "Theme":
        """The same theme with text LARGE_TEXT times as large, or as usual."""
        return replace(self, text_factor=LARGE_TEXT if on else 1.0)

    def with_palette(self, palette: Palette) -> "Theme":
        """The same theme in other colours."""
        return replace(self, palette=palette)

    def with_lowered(self, on: bool) -> "Theme":
        """The same theme with its controls low, for somebody who sits or is short."""
        return replace(self, lowered=on)

    def dressed(self, comfort: Comfort) -> "Theme":
        """This panel as the person wants it."""
        palette = HIGH_CONTRAST if comfort.contrast else DAY
        return (
            self.with_large_text(comfort.large).with_palette(palette).with_lowered(comfort.lowered)
        )

    @property
    def crowded(self) -> bool:
        """True when words take so much of 1080 x 1920 that what only decorates makes room."""
        return self.body > 46

    @property
    def reach(self) -> float:
        """The share of the screen, from below, in which controls are."""
        if not self.lowered:
            return REACH
        return LOWERED_LARGE_REACH if self.crowded else LOWERED_REACH

    # Text: the height of the em. Inter's capitals are 0.727 em, so 10.6 mm gives 7.7 mm.
    def _text(self, mm: float) -> int:
        return self._pixels(max(mm * self._room, LEAST_TEXT_MM) * self.text_factor)

    @property
    def small(self) -> int:
        """Notes and reasons: the smallest text there is."""
        return self._text(10.6)

    @property
    def body(self) -> int:
        """Explanations."""
        return self._text(12.4)

    @property
    def lead(self) -> int:
        """The sentence under a title."""
        return self._text(14.4)

    @property
    def button(self) -> int:
        """Words on controls."""
        return self._text(15.6)

    @property
    def title(self) -> int:
        """The one thing a screen says. Large already: it grows less, and stays on its line."""
        grown = 23 * (1 + 0.3 * (self.text_factor - 1))
        return min(self._pixels(grown * self._room), LONGEST_TITLE_PX)

    @property
    def display(self) -> int:
        """The title of the first screen; it fills its line and does not grow."""
        return min(self.px(28), LONGEST_DISPLAY_PX)

    @property
    def number(self) -> int:
        """A ticket's number, read from two steps away; it makes room for larger words."""
        return min(self.px(64), CROWDED_NUMBER_PX) if self.crowded else self.px(82)

    @property
    def brand(self) -> int:
        """The institution's initials: a sign, not a text, so it does not grow."""
        return self.px(20)

    @property
    def brand_name(self) -> int:
        """The institution's name beside its initials; it does not grow either."""
        return self._pixels(max(10.6 * self._room, LEAST_TEXT_MM))

    # Lengths.
    @property
    def target(self) -> int:
        """The least side of anything to touch."""
        return self._pixels(FINGER_MM)

    @property
    def tall(self) -> int:
        """The usual height of a button."""
        return max(self.target, self.px(26 if self.lowered else 33 if self.crowded else 38))

    @property
    def inset(self) -> int:
        """Above and below the words of a control, together."""
        return self.px(5 if self.lowered else 12 if self.crowded else 15)

    @property
    def tool(self) -> int:
        """The height of a tool of the bar."""
        words = round(self.small * 1.12)
        if self.crowded:
            return max(self.target, words + self.px(6))
        return max(self.target, words + self.tool_icon + self.px(6))

    @property
    def tool_icon(self) -> int:
        """The side of a tool's picture."""
        return self.px(11) if not self.crowded else self.px(14)

    @property
    def key(self) -> int:
        """The height of a key to type with."""
        return self.key_of(tall=False)

    def key_of(self, tall: bool) -> int:
        """The same; `tall`: with large text as high as without."""
        high = 24 if self.crowded and not tall else 32
        return self.target if self.lowered else max(self.target, self.px(high))

    @property
    def key_gap(self) -> int:
        """Between keys: ten of the least width still fit side by side."""
        return self.px(2 if self.lowered else 2.6)

    @property
    def grand(self) -> int:
        """The height of the one button that starts everything."""
        return self.px(34 if self.lowered else 54 if self.crowded else 66)

    @property
    def margin(self) -> int:
        """From the edge of the screen to its contents."""
        return self.px(16 if self.crowded else 18.5)

    @property
    def gap(self) -> int:
        """Between things that belong together."""
        return self.px(7 if self.crowded or self.lowered else 9)

    @property
    def pad(self) -> int:
        """Inside a panel."""
        return self.px(9 if self.crowded else 11)

    @property
    def radius(self) -> int:
        """Of the corners of controls and panels."""
        return self.px(5)

    @property
    def stroke(self) -> float:
        """Half the thickness of an edge, as Kivy's Line counts it."""
        return max(1.0, 0.5 / self.mm_per_px)

    @property
    def header(self) -> int:
        """The height of the band with the institution's name."""
        return self.px(36 if self.crowded else 42)
