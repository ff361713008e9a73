"""What a person could not read, reach or hit on a screen."""

from typing import Any

from kiosk.theme import Theme

Box = tuple[float, float, float, float]  # left, low, right, high


def layout_faults(page: Any, theme: Theme, window: tuple[float, float]) -> list[str]:
    """What a person could not read, reach or hit on `page`, in words; empty when all is well."""
    from kivy.uix.boxlayout import BoxLayout
    from kivy.uix.label import Label

    from kiosk.widgets.control import controls, shown

    labels = [each for each in shown(page) if isinstance(each, Label) and each.text]
    found = []
    for label in labels:
        wide, high = label.texture_size
        if wide > label.width + 1 or high > label.height + 1:
            found.append(f"clipped: {label.text!r}")
        extent = label._label.get_cached_extents()
        if any(extent(word)[0] > label.width for word in set(label.text.split())):
            found.append(f"word broken: {label.text!r}")
        if label.font_size < theme.small and label.font_size < theme.brand_name:
            found.append(f"too small to read: {label.text!r}")
        x, y = label.to_window(*label.pos)
        if x < 0 or y < 0 or x + label.width > window[0] or y + label.height > window[1]:
            found.append(f"outside: {label.text!r}")
    boxes = [each for each in shown(page) if isinstance(each, BoxLayout)]
    found += [
        f"overfull: {type(box).__name__} needs {box.minimum_height:.0f} of {box.height:.0f}"
        for box in boxes
        if box.minimum_height > box.height + 1
    ]
    touchable = controls(page)
    for control in touchable:
        if min(control.size) * theme.mm_per_px < 20:
            found.append(f"too small to touch: {control.name}")
        if control.to_window(0, control.top)[1] > theme.reach * window[1] + 1:
            found.append(f"too high to reach: {control.name}")
        if not control.name or not control.label:
            found.append(f"nameless: {control}")
    words, targets = ([(each, _box(each)) for each in group] for group in (labels, touchable))
    for group in (words, targets):
        for i, (one, there) in enumerate(group):
            found += [
                f"overlap: {_what(one)} / {_what(two)}"
                for two, also in group[:i]
                if _meet(there, also)
            ]
    found += [
        f"overlap: {_what(label)} / {control.name}"
        for label, there in words
        for control, also in targets
        if _meet(there, also) and not _within(label, control)
    ]
    return found


def _what(widget: Any) -> str:
    return repr(getattr(widget, "name", "") or widget.text)


def _box(widget: Any) -> Box:
    x, y = widget.to_window(*widget.pos)
    return x, y, x + widget.width, y + widget.height


def _meet(one: Box, two: Box) -> bool:
    left, low, right, high = one
    left2, low2, right2, high2 = two
    return min(right, right2) - max(left, left2) > 1 and min(high, high2) - max(low, low2) > 1


def _within(widget: Any, control: Any) -> bool:
    return any(each is control for each in widget.walk_reverse(loopback=False))
