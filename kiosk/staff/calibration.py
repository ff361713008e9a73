"""PURE: from marks and presses to the matrix that puts a panel's touches right.

A matrix is libinput's: two rows of three (a b c / d e f) over points from 0 to 1, measured from the
left and from the top: x' = a x + b y + c, y' = d x + e y + f.
"""

from collections.abc import Sequence

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]

STRAIGHT: Matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
MOST_OFF = 0.025
"""How far from its mark a press may be afterwards, as a share of the screen."""


def apply(matrix: Matrix, point: Point) -> Point:
    """Where a press at `point` is meant."""
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + b * y + c, d * x + e * y + f


def after(second: Matrix, first: Matrix) -> Matrix:
    """The matrix that does `first`, then `second`."""
    a, b, c, d, e, f = second
    g, h, i, j, k, m = first
    return (
        a * g + b * j,
        a * h + b * k,
        a * i + b * m + c,
        d * g + e * j,
        d * h + e * k,
        d * i + e * m + f,
    )


def correction(marks: Sequence[Point], felt: Sequence[Point]) -> Matrix | None:
    """What turns `felt` into `marks`, by least squares; None when that makes no sense.

    No sense: too few points, points on one line, or a press that stays further than MOST_OFF from
    its mark whatever is done, so that somebody pressed beside it.
    """
    if len(marks) != len(felt) or len(felt) < 4:
        return None
    rows = [(x, y, 1.0) for x, y in felt]
    across = _least_squares(rows, [x for x, _ in marks])
    down = _least_squares(rows, [y for _, y in marks])
    if across is None or down is None:
        return None
    found: Matrix = (*across, *down)
    off = (_distance(apply(found, each), mark) for each, mark in zip(felt, marks, strict=True))
    return found if max(off) <= MOST_OFF else None


def _distance(one: Point, other: Point) -> float:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def _least_squares(
    rows: Sequence[tuple[float, float, float]], wanted: Sequence[float]
) -> tuple[float, float, float] | None:
    """The normal equations of three unknowns, by Cramer's rule."""
    square = [[sum(row[i] * row[j] for row in rows) for j in range(3)] for i in range(3)]
    right = [sum(row[i] * each for row, each in zip(rows, wanted, strict=True)) for i in range(3)]
    whole = _determinant(square)
    if abs(whole) < 1e-6:
        return None
    first, second, third = (
        _determinant([[right[i] if j == k else square[i][j] for j in range(3)] for i in range(3)])
        / whole
        for k in range(3)
    )
    return first, second, third


def _determinant(m: Sequence[Sequence[float]]) -> float:
    return (
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    )
