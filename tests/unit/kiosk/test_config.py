"""A configuration that cannot work is refused in one line that says what to write."""

from pathlib import Path

import pytest

from kiosk.config import ConfigError, load_config
from queue_server.config import ConfigError as ServerConfigError
from queue_server.config import load_config as load_server_config

REPOSITORY = Path(__file__).resolve().parents[3]


def test_the_example_files_of_the_product_load() -> None:
    assert load_config(REPOSITORY / "deploy/kiosk.toml").code == "A01"
    assert load_server_config(REPOSITORY / "deploy/server.toml").site == "MAC-LIMA-NORTE"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('cod = "A01"', "unknown key 'cod'; did you mean 'code'?"),
        ("[screen]\nwidht = 3", "unknown key 'screen.widht'; did you mean 'width'?"),
        ('[[devices]]\nname="r"\nmodel="m"\nprot="/dev/x"', "did you mean 'port'?"),
        ("[[[", "not valid TOML"),
    ],
)
def test_a_wrong_key_of_a_kiosk_is_named_with_the_nearest_right_one(
    tmp_path: Path, change: str, words: str
) -> None:
    file = tmp_path / "kiosk.toml"
    base = 'code = "A01"\nserver = {url = "http://127.0.0.1:1", credential_file = "c"}\n'
    file.write_text(base + change + "\n")
    with pytest.raises(ConfigError) as refused:
        load_config(file)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value) or "TOML" in words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('site = "X1"\nhots = "x"', "unknown key 'hots'; did you mean 'host'?"),
        ('site = "X1"\n[discovery]\nenable = true', "did you mean 'enabled'?"),
        ('site = "a b"', "site:"),
        ('site = "X1"\nport = 99999', "port:"),
    ],
)
def test_a_wrong_key_of_a_server_is_named_with_the_nearest_right_one(
    tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "server.toml").write_text(text)
    with pytest.raises(ServerConfigError) as refused:
        load_server_config(tmp_path / "server.toml")
    assert words in str(refused.value)


def test_a_missing_file_says_which_example_to_copy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"copy deploy/kiosk\.toml"):
        load_config(tmp_path / "none.toml")
