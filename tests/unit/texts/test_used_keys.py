"""Keys are found in Python and in kv, those of controls are told apart, built ones are refused."""

from pathlib import Path

import pytest

from kiosk.texts import used

PYTHON = '''
"""A screen."""
WHY = {1: "terms.fee", 2: "report.pdf"}

class Screen(Page):
    def render(self):
        self.say = self.loc._("terms.unheard")
        self.count = self.loc.plural("idle.lead", 2)
        self.card = Card(label=self.loc._("idle.leave"))
'''
KV = """
<Screen>:
    VerbButton:
        label: app.loc._("idle.stay") if root.one else app.loc._("idle.go")
    Words:
        text: app.loc._(root.key or "terms.data")
        name: "button:go"
"""


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    (tmp_path / "screen.py").write_text(PYTHON)
    (tmp_path / "screen.kv").write_text(KV)
    return used.sources(tmp_path)


def test_keys_are_found_wherever_they_stand(paths: list[Path]) -> None:
    assert set(used.scan({"terms", "idle"}, paths).keys) == {
        "terms.fee",
        "terms.unheard",
        "terms.data",
        "idle.lead",
        "idle.leave",
        "idle.stay",
        "idle.go",
    }


def test_a_key_of_an_unknown_group_is_found_where_it_is_asked_for(paths: list[Path]) -> None:
    assert "terms.unheard" in used.scan({"idle"}, paths).keys


def test_the_words_on_controls_are_told_apart(paths: list[Path]) -> None:
    assert used.scan({"idle"}, paths).labels == {"idle.leave", "idle.stay", "idle.go"}


@pytest.mark.negative_control
@pytest.mark.parametrize(
    "line",
    [
        'return self.loc._(f"terms.{which}")',
        'return self.loc._("terms." + which)',
        'key = f"terms.{which}_what"',
    ],
)
def test_a_key_put_together_in_code_is_caught(tmp_path: Path, line: str) -> None:
    (tmp_path / "screen.py").write_text(f"def say(self, which):\n    {line}\n")
    assert len(used.scan({"terms"}, used.sources(tmp_path)).built) == 1
