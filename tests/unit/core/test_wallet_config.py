"""What the configuration says of the wallets' gateway."""

from pathlib import Path

import pytest

from queue_server.bootstrap import build_wallet
from queue_server.config import ConfigError, load_config

SECTION = '[wallet]\nurl = "{url}"\ncredential_file = "wallet.token"\n'


def written(folder: Path, url: str, more: str = "") -> Path:
    file = folder / "server.toml"
    file.write_text('site = "PRUEBA"\n' + SECTION.format(url=url) + more)
    return file


def test_files_stand_beside_the_configuration(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, "https://billetera.example.pe/api"))
    assert config.wallet is not None
    assert config.wallet.credential_file == tmp_path / "wallet.token"
    gateway = build_wallet(config)
    assert gateway is not None
    assert not gateway.up, "nobody has asked it yet"


@pytest.mark.parametrize("host", ["127.0.0.1:8091", "localhost", "[::1]:80"])
def test_on_this_machine_it_may_be_http(tmp_path: Path, host: str) -> None:
    assert load_config(written(tmp_path, f"http://{host}")).wallet is not None


@pytest.mark.parametrize(
    ("url", "more", "words"),
    [
        ("http://billetera.example.pe", "", "a token is not sent in the clear"),
        ("http://127.0.0.1.example.pe", "", "a token is not sent in the clear"),
        ("ftp://x", "", "wallet.url"),
        ("https://x", "valid_s = 5\n", "wallet.valid_s"),
        ("https://x", "deadline = 5\n", "did you mean 'deadline_s'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    tmp_path: Path, url: str, more: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        load_config(written(tmp_path, url, more))
