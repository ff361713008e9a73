"""The file of what a site trusts: its owner's, whole, and plain about what is wrong."""

from pathlib import Path

import pytest

from queue_server.config import ConfigError, load_config
from queue_server.hub_link.adapters.trust_file import TrustFile, TrustUnreadable
from queue_server.hub_link.model.trust import Trust

TRUST = Trust("CENTRO", "PRUEBA", "pem", "aa.bb", "key", "2099-01-01", "2098-01-01")


def test_it_is_its_owners_and_replaced_as_a_whole(tmp_path: Path) -> None:
    file = TrustFile(tmp_path / "tls" / "hub_trust.json")
    assert file.read() is None
    assert file.state is None
    file.keep(TRUST)
    assert file.read() == TRUST
    assert file.path.stat().st_mode & 0o777 == 0o600
    before = file.state
    file.keep(TRUST)
    assert file.state != before
    assert [each.name for each in file.path.parent.iterdir()] == ["hub_trust.json"]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"hub": 1}', "\0"])
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, content: str) -> None:
    path = tmp_path / "hub_trust.json"
    path.write_text(content)
    with pytest.raises(TrustUnreadable, match="enrol --again"):
        TrustFile(path).read()


@pytest.mark.parametrize(
    "url", ["http://hub.example", "https://hub.example/path", "hub.example", "https://a b"]
)
def test_a_hub_is_an_https_address_without_a_path(tmp_path: Path, url: str) -> None:
    path = tmp_path / "server.toml"
    path.write_text(f'site = "PRUEBA"\n[hub]\nurl = "{url}"\nregion = "Lima"\n')
    with pytest.raises(ConfigError, match=r"hub\.url: write https://"):
        load_config(path)


def test_a_site_tells_every_ten_seconds_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    path.write_text('site = "PRUEBA"\n[hub]\nurl = "https://hub.example:8443"\nregion = "Lima"\n')
    hub = load_config(path).hub
    assert hub is not None
    assert (hub.every_s, hub.trust_file) == (10.0, "hub_trust.json")


def test_a_mistyped_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    path.write_text(
        'site = "PRUEBA"\n[hub]\nurl = "https://hub.example"\nregion = "L"\nevery = 3\n'
    )
    with pytest.raises(ConfigError, match=r"hub\.every.*every_s"):
        load_config(path)
