"""PURE: the pictures as pen strokes on a square of 24 x 24, y downwards."""

from math import cos, pi, sin

Stroke = tuple[tuple[float, float], ...]


def arc(x: float, y: float, radius: float, start: float = 0, end: float = 360) -> Stroke:
    """Part of a circle; degrees clockwise from three o'clock."""
    steps = max(8, int(abs(end - start) / 12))
    turns = ((start + (end - start) * i / steps) * pi / 180 for i in range(steps + 1))
    return tuple((x + radius * cos(t), y + radius * sin(t)) for t in turns)


def line(*numbers: float) -> Stroke:
    """A bent line through x, y, x, y …"""
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def box(x: float, y: float, width: float, height: float, r: float = 2) -> Stroke:
    """A rectangle with round corners."""
    right, bottom = x + width, y + height
    return (
        *arc(right - r, y + r, r, -90, 0),
        *arc(right - r, bottom - r, r, 0, 90),
        *arc(x + r, bottom - r, r, 90, 180),
        *arc(x + r, y + r, r, 180, 270),
        (right - r, y),
    )


PICTURES: dict[str, tuple[Stroke, ...]] = {
    "arrow_right": (line(4, 12, 19.5, 12), line(13, 5.5, 19.5, 12, 13, 18.5)),
    "arrow_left": (line(20, 12, 4.5, 12), line(11, 5.5, 4.5, 12, 11, 18.5)),
    "chevron": (line(9, 5, 16, 12, 9, 19),),
    "close": (line(6, 6, 18, 18), line(18, 6, 6, 18)),
    "check": (line(4.5, 12.5, 9.8, 18, 19.5, 6.5),),
    "check_circle": (arc(12, 12, 9.5), line(7.5, 12.4, 10.8, 15.6, 16.5, 9)),
    "alert": (
        line(12, 3.2, 22, 20.5, 2, 20.5, 12, 3.2),
        line(12, 9.8, 12, 14.2),
        line(12, 17.3, 12, 17.4),
    ),
    "pause": (arc(12, 12, 9.5), line(9.5, 8.5, 9.5, 15.5), line(14.5, 8.5, 14.5, 15.5)),
    "document": (
        box(2, 4.5, 20, 15),
        arc(7.8, 10, 1.9),
        arc(7.8, 16.2, 3.1, 195, 345),
        line(14, 9.2, 18.5, 9.2),
        line(14, 12.4, 18.5, 12.4),
        line(14, 15.6, 16.8, 15.6),
    ),
    "list": (
        line(9, 6, 20.5, 6),
        line(9, 12, 20.5, 12),
        line(9, 18, 20.5, 18),
        arc(4.3, 6, 0.8),
        arc(4.3, 12, 0.8),
        arc(4.3, 18, 0.8),
    ),
    "ticket": (
        line(5, 2.5, 19, 2.5, 19, 21.5, 16.7, 19.8, 14.3, 21.5, 12, 19.8),
        line(12, 19.8, 9.7, 21.5, 7.3, 19.8, 5, 21.5, 5, 2.5),
        line(9, 7.5, 15, 7.5),
        line(9, 11.5, 15, 11.5),
    ),
    "printer": (
        line(6.5, 8.5, 6.5, 2.5, 17.5, 2.5, 17.5, 8.5),
        line(6.5, 17, 2.5, 17, 2.5, 8.5, 21.5, 8.5, 21.5, 17, 17.5, 17),
        line(6.5, 13.5, 17.5, 13.5, 17.5, 21.5, 6.5, 21.5, 6.5, 13.5),
    ),
    "camera": (
        line(8, 6.5, 9.6, 3.8, 14.4, 3.8, 16, 6.5),
        box(2, 6.5, 20, 13.5),
        arc(12, 13, 3.9),
    ),
    "people": (
        arc(8.5, 8, 3.3),
        arc(8.5, 20, 6.3, 182, 358),
        arc(16.6, 9, 2.6, -120, 130),
        arc(15.8, 20, 5.6, 285, 358),
    ),
    "pin": (
        (*arc(12, 9.8, 7, 160, 380), (12, 22), (5.4, 12.2)),
        arc(12, 9.8, 2.4),
    ),
    "elder": (
        arc(10.6, 3.9, 2),
        line(10, 8, 8.6, 14.5, 11.4, 17.6, 11.4, 22),
        line(8.6, 14.5, 7.4, 22),
        line(10, 8.4, 12.4, 12.4, 16, 12.4),
        (*arc(16.8, 12.4, 1, 180, 360), (17.8, 22)),
    ),
    "pregnant": (
        arc(11, 3.9, 2),
        line(10.2, 8, 9.2, 15.4, 9.2, 22),
        (*arc(11, 12.6, 4.2, -82, 100),),
        line(13.6, 16, 13.2, 22),
    ),
    "child": (
        arc(8.4, 3.9, 2),
        line(8.4, 8, 8.4, 14.6, 6.2, 22),
        line(8.4, 14.6, 10.6, 22),
        line(8.4, 9.4, 12.6, 13.4, 15.4, 14.8),
        arc(17.4, 11, 1.6),
        line(17.4, 14.6, 17.4, 18.4, 16, 22),
        line(17.4, 18.4, 18.8, 22),
    ),
    "wheelchair": (
        arc(9.6, 3.9, 2),
        line(9.6, 8, 9.6, 14.4, 15.4, 14.4, 17.6, 19.8, 20, 19),
        line(9.6, 10.6, 14.2, 10.6),
        arc(10.4, 16.4, 5.4, 20, 225),
    ),
}
