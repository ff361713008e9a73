"""PURE: whether two pictures show the same, but for how the edges of letters were smoothed.

A pixel is out of place when it lies outside what the other picture has within one pixel of it, by
more than `SHADES`, in either direction. So an edge may be softer or a pixel away, as another
version of the software renderer draws it; what is somewhere else, or of another colour, may not.
"""

from collections.abc import Callable

from PIL import Image, ImageChops, ImageFilter

SHADES = 20
"""Of 255, in one of the three colours: what a palette of few colours loses, and not much more."""

SOFT = 1.0
"""Pixels over which both are smeared first: a letter half a pixel further is paler, not another."""

FEW = 4
"""Pixels that may be out of place in a whole picture: the corners of a letter, not a letter."""


def out_of_place(one: Image.Image, other: Image.Image) -> int:
    """How many pixels are. Another size puts all of them out of place."""
    one, other = _softened(one), _softened(other)
    if one.size != other.size:
        return max(one.width * one.height, other.width * other.height)
    strange = ImageChops.lighter(_strange(one, other), _strange(other, one))
    return one.width * one.height - strange.histogram()[0]


def alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether a person would call them the same picture."""
    return out_of_place(one, other) <= FEW


def _softened(picture: Image.Image) -> Image.Image:
    return picture.convert("RGB").filter(ImageFilter.GaussianBlur(SOFT))


def _strange(seen: Image.Image, known: Image.Image) -> Image.Image:
    """White where `seen` has what `known` has nowhere near."""
    over = ImageChops.subtract(seen, _around(known, ImageChops.lighter))
    under = ImageChops.subtract(_around(known, ImageChops.darker), seen)
    red, green, blue = ImageChops.lighter(over, under).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([0] * (SHADES + 1) + [255] * (255 - SHADES))


def _around(picture: Image.Image, most: Callable[[Image.Image, Image.Image], Image.Image]):
    """For each pixel the `most` of it and its eight neighbours; the edges meet round the back."""
    for step in ((1, 0), (0, 1)):
        before, after = (
            ImageChops.offset(picture, way * step[0], way * step[1]) for way in (-1, 1)
        )
        picture = most(picture, most(before, after))
    return picture
