"""PURE: céntimos as people write them."""


def soles(centimos: int) -> str:
    """An amount as it is written in Peru.

    >>> soles(3770)
    'S/ 37.70'
    """
    return f"S/ {centimos // 100}.{centimos % 100:02d}"


def whole_soles(centimos: int) -> str:
    """A note or a coin, without céntimos where it has none.

    >>> whole_soles(1000), whole_soles(50)
    ('S/ 10', 'S/ 0.50')
    """
    return soles(centimos).removesuffix(".00")
