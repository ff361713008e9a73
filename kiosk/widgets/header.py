"""The band at the top: whose kiosk this is, where, how far one has come, who is coming to help."""

from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.flow.facts import HelpState
from kiosk.flow.steps import STEPS

CALL = {
    HelpState.CALLING: "call.calling",
    HelpState.CALLED: "call.called",
    HelpState.COMING: "call.coming",
    HelpState.NO_ANSWER: "call.no_answer",
}
STEP = {
    "document": "step.document",
    "data": "step.data",
    "payment": "step.payment",
    "certificate": "step.certificate",
}


class Header(BoxLayout):
    """The institution's initials and name; `site` is the office's name, perhaps empty.

    `step` is the word of a Step, "" beside the journey. While a person was called, `help` is said
    in place of name and office; the initials stay.
    """

    site = StringProperty()
    step = StringProperty()
    help = ObjectProperty(HelpState.NOT_CALLED)

    @staticmethod
    def call_key(help: HelpState) -> str:
        """What is said about the call; empty when there is none."""
        return CALL.get(help, "")

    @staticmethod
    def step_key(step: str) -> str:
        """What the step is called."""
        return STEP[step] if step else ""


class StepLine(BoxLayout):
    """As many pieces as there are steps; those that were reached are filled."""

    step = StringProperty()
    reached = NumericProperty(0)

    def on_step(self, _line: object, step: str) -> None:
        """How many pieces are filled."""
        self.reached = [each.value for each in STEPS].index(step) + 1 if step else 0
