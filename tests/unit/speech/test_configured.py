"""The voice in kiosk.toml."""

from pathlib import Path

import pytest

from kiosk.config import ConfigError, Speech, load_config

LEAST = 'code = "A01"\n[server]\nurl = "http://127.0.0.1:1"\ncredential_file = "credential"\n'


def configured(folder: Path, speech: str) -> Speech:
    path = folder / "kiosk.toml"
    path.write_text(f"{LEAST}[speech]\n{speech}\n")
    return load_config(path).speech


def test_recordings_lie_beside_the_configuration(tmp_path: Path) -> None:
    assert configured(tmp_path, 'recordings = "voices"').recordings == tmp_path / "voices"
    assert configured(tmp_path, "") == Speech()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("words_per_minute = 5", "words_per_minute"), ('headphone = "jack"', "'headphones'")],
)
def test_a_mistake_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        configured(tmp_path, line)
