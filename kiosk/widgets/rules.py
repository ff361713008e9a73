"""Makes the widgets known to Kivy: the one font, and every .kv once, by path."""

from importlib import import_module
from pathlib import Path

import fontpkg
from kivy.core.text import LabelBase
from kivy.lang import Builder

FOLDERS = ("kiosk.widgets", "kiosk.screens")


def load_rules(font: str) -> None:
    """Register `font` from its package and load the .kv beside every widget and screen."""
    LabelBase.register(font, str(fontpkg.path(font)))
    for package in FOLDERS:
        for path in rule_files(package):
            import_module(_module_beside(path, package))
            if str(path) not in Builder.files:
                Builder.load_file(str(path))


def rule_files(package: str) -> list[Path]:
    """The .kv files of `package`, by name: Kivy applies rules in the order they were loaded.

    So a widget built on another one needs a name that comes after it.
    """
    return sorted(_folder(package).rglob("*.kv"))


def _module_beside(path: Path, package: str) -> str:
    """`kiosk.screens.start.welcome` for its .kv: the classes a rule names are to be known first."""
    return ".".join((package, *path.relative_to(_folder(package)).with_suffix("").parts))


def _folder(package: str) -> Path:
    here = import_module(package).__file__
    assert here is not None
    return Path(here).parent
