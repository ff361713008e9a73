"""PURE: a sentence to be said, and whether bystanders may hear it."""

from dataclasses import dataclass

MOST_LETTERS = 400
"""No sentence of a screen is longer; what is longer is a mistake and is cut."""


@dataclass(frozen=True)
class Sentence:
    """`text` as it is to be pronounced; never said through the loudspeaker when `private`.

    `key` is that of the catalogue where it is one of its sentences as it stands there, else empty.
    """

    text: str
    private: bool = False
    key: str = ""
