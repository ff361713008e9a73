"""What the eye sees of a page: heights and contrasts, measured in its pixels."""

import io
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from tests.support.centre import eventually

PANEL_MM = 535  # the height of a 43" panel of 16:9


def screen(page: Page) -> Image.Image:
    """The whole page as drawn."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def box(page: Page, selector: str, last_digit: bool = False) -> Any:
    """Where the element's text stands, or its last character only (CSS px)."""
    return page.locator(selector).first.evaluate(
        """(element, last) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          const text = element.lastChild;
          if (last) { range.setStart(text, text.length - 1); range.setEnd(text, text.length); }
          const { x, y, width, height } = range.getBoundingClientRect();
          return { x, y, width, height };
        }""",
        last_digit,
    )


def luminance(colour: Any) -> float:
    """Relative luminance of (red, green, blue), 0 to 255 each (WCAG 2.2)."""
    parts = [c / 255 for c in colour]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(seen: Image.Image) -> float:
    """Between ground and ink: the commonest colour and the one farthest from it."""
    colours = seen.getcolors(seen.width * seen.height) or []
    light = [luminance(colour) for _, colour in colours]
    ground = luminance(max(colours)[1])
    return max((max(ground, each) + 0.05) / (min(ground, each) + 0.05) for each in light)


def digit_mm(page: Page, selector: str, height_px: int) -> float:
    """The drawn height of an element's last digit on a 43" panel, in mm, from its pixels."""
    expect(page.locator(selector).first).to_be_visible()

    def laid_out() -> Any:
        """Nothing while the page is being laid out anew, after its window grew."""
        found = box(page, selector, last_digit=True)
        return found["width"] > 0 and found["height"] > 0 and found

    shot = page.screenshot(
        clip=eventually(laid_out),
        timeout=30_000,  # 4K is drawn without a graphics card
    )
    seen = Image.open(io.BytesIO(shot)).convert("L")
    seen = seen.crop((seen.width // 5, 0, seen.width - seen.width // 5, seen.height))
    ground = Image.new("L", seen.size, seen.getpixel((0, 0)))
    ink = ImageChops.difference(seen, ground).point([0] * 90 + [255] * 166).getbbox()
    assert ink is not None, f"{selector} is blank"
    return (ink[3] - ink[1]) * PANEL_MM / height_px
