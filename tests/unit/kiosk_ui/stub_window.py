"""A window without a display library, for Kivy to find in place of its own."""

from types import ModuleType
from typing import Any


def _stub_window() -> ModuleType:
    """In place of SDL: a window that keeps a size and draws on mock graphics."""
    from kivy.core.window import WindowBase

    class WindowSDL(WindowBase):
        def initialize_gl(self) -> None:
            from kivy.core.gl import init_gl

            init_gl(allowed=["mock"])

        def create_window(self, *largs: object) -> None:
            self._size = self.system_size
            super().create_window(*largs)

        def set_title(self, title: str) -> None:
            self.stub_title = title

        def set_icon(self, filename: str) -> None:
            self.stub_icon = filename

        def flip(self) -> None:
            """Nothing to show."""

        def mainloop(self) -> None:
            """No events but those of the tests."""

    module = ModuleType("kivy.core.window.window_sdl2")
    module.WindowSDL = WindowSDL  # pyright: ignore[reportAttributeAccessIssue]
    return module


class StubFinder:
    """Gives the stub when Kivy asks for its SDL window."""

    def find_spec(self, name: str, *_rest: object) -> Any:
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self) if name == "kivy.core.window.window_sdl2" else None  # pyright: ignore[reportArgumentType]

    def create_module(self, _spec: object) -> ModuleType:
        return _stub_window()

    def exec_module(self, _module: ModuleType) -> None:
        """Everything is there already."""
