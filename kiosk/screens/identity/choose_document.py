"""Which document do you have? One picture for each kind that can be used here."""

from typing import Any

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.flow.follow.states import FollowKind
from kiosk.flow.identity.states import ChooseDocument
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, ChoseDocument
from kiosk.widgets.document_tile import DocumentTile
from kiosk.widgets.page import Page

KINDS = (
    ("01", "choose_document.dni", "document"),
    ("04", "choose_document.ce", "foreign_card"),
    ("07", "choose_document.passport", "passport"),
    ("23", "choose_document.ptp", "permit"),
    ("26", "choose_document.cpp", "permit_card"),
    ("", "choose_document.other", "question"),
)
"""The State's code, the key of the name, the picture."""
DNI = "01"


class ChooseDocumentScreen(Page):
    """Two kinds in a row. A card that was read and did not say its kind is no DNI."""

    lead = StringProperty()

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._laid_out = False

    def render(self, state: State) -> None:
        """Lay out the kinds."""
        super().render(state)
        at = state.at
        assert isinstance(at, ChooseDocument | FollowKind)
        words = "choose_document.read" if at.read is not None else "choose_document.lead"
        self.lead = self.loc._(words)
        if not self._laid_out:
            self._laid_out = True
            for pair in zip(KINDS[::2], KINDS[1::2], strict=True):
                row = TileRow()
                for kind in pair:
                    row.add_widget(self._tile(*kind, possible=at.read is None or kind[0] != DNI))
                self.ids.kinds.add_widget(row)

    def _tile(self, kind: str, name: str, picture: str, *, possible: bool) -> DocumentTile:
        tile = DocumentTile(
            name=f"document:{kind or 'other'}", label=self.loc._(name), picture=picture
        )
        tile.disabled = not possible
        tile.bind(on_release=lambda _tile: self.emit(ChoseDocument(kind)))
        return tile

    def back(self) -> None:
        """To the reader, or to the services."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())


class TileRow(BoxLayout):
    """Tiles side by side."""
