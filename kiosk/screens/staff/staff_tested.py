"""How every device of this kiosk fared in its self-test."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.facts import PrintState
from kiosk.flow.staff.states import StaffTested, TestedPart, TestEnd
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel
from kiosk.screens.staff.staff_choices import kind_words
from kiosk.widgets.page import Page
from kiosk.widgets.panel import Panel

ENDS = {
    TestEnd.PASSED: "staff.test_passed",
    TestEnd.FAILED: "staff.test_failed",
    TestEnd.NOT_RUN: "staff.test_not_run",
}


class TestedRow(Panel):
    """One device."""

    __test__ = False
    passed = BooleanProperty(False)


class StaffTestedScreen(Page):
    """A row for each device; the printed report says more."""

    report = StringProperty()
    _shown: object = None

    def render(self, state: State) -> None:
        """Lay out the rows."""
        super().render(state)
        at = state.at
        assert isinstance(at, StaffTested)
        printed = at.report is PrintState.PRINTED
        self.report = self.loc._("staff.report_printed" if printed else "staff.report_not_printed")
        if at.parts != self._shown:
            self._shown = at.parts
            self.ids.shelf.cards = [self._row(each) for each in at.parts]

    def _row(self, part: TestedPart) -> TestedRow:
        return TestedRow(
            passed=part.end is TestEnd.PASSED,
            say=kind_words(self, part.kind),
            then=self.loc._(ENDS[part.end]),
        )

    def back(self) -> None:
        """To the menu."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave the menu."""
        self.emit(Cancel())
