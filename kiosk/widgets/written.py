"""PURE: how what is typed without signs between stands on the screen, as it does on the paper."""

_GROUP = 4


def as_day(figures: str) -> str:
    """Figures of a day as people write it: day/month/year.

    >>> as_day("0511")
    '05/11'
    """
    return "/".join(part for part in (figures[:2], figures[2:4], figures[4:]) if part)


def as_number(typed: str) -> str:
    """An application's number: kiosk, counter of five figures or more, check character.

    >>> as_number("A0100042K"), as_number("A010"), as_number("A01100042K")
    ('A01-00042-K', 'A01-0', 'A01-100042-K')
    """
    signs = _signs(typed)
    rest = signs[3:]
    parts = (signs[:3], rest[:-1], rest[-1:]) if len(rest) > 5 else (signs[:3], rest)
    return "-".join(part for part in parts if part)


def as_code(typed: str) -> str:
    """The code of a claim: its letter, two groups of four, check character.

    >>> as_code("C7KQ2M9XT9"), as_code("C7")
    ('C-7KQ2-M9XT-9', 'C-7')
    """
    signs = _signs(typed)
    groups = [signs[at : at + _GROUP] for at in range(1, len(signs), _GROUP)]
    return "-".join([signs[:1], *groups] if signs else [])


def as_typed(typed: str) -> str:
    """Nothing is put between."""
    return typed


def _signs(typed: str) -> str:
    return "".join(sign for sign in typed if sign.isalnum())
