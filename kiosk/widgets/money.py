"""PURE: céntimos as people write them."""


def soles(centimos: int) -> str:
    """An amount as it is written in Peru.

    >>> soles(3770)
    'S/ 37.70'
    """
    return f"S/ {centimos // 100}.{centimos % 100:02d}"
