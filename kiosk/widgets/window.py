"""The window belongs to the touchscreen: nobody closes it, nothing else is listened to."""

from kivy.config import Config


def never(*_how: object, **_why: object) -> bool:
    """True: Kivy then leaves the window open."""
    return True


def only_the_touchscreen() -> None:
    """Kivy's default also reads raw input devices, and every touch would count twice."""
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)
    Config.set("input", "mouse", "mouse,disable_multitouch")
