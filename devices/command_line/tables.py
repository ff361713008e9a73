"""Plain tables for terminals: a heading, aligned columns, nothing wider than it must be. Pure."""

from collections.abc import Sequence

NOTHING = "-"
GAP = "  "


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lines of ``rows`` under ``heading``, each column as wide as its widest cell."""
    cells = [list(heading), *[[cell or NOTHING for cell in row] for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heading))]
    lines = [GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
             for row in cells]  # fmt: skip
    rule = GAP.join("─" * width for width in widths)
    return "\n".join(line.rstrip() for line in (lines[0], rule, *lines[1:]))
