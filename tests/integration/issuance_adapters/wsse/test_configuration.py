"""[backend.wsse] of server.toml: what may be said, what is missing, and what loads the library."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from queue_server.bootstrap import build_backend
from queue_server.config import ConfigError, ServerConfig, load_config
from queue_server.issuance.model import NotKnown, Unknown
from tests.integration.issuance_adapters.replies import OURS
from tests.integration.issuance_adapters.wsse.conftest import Parties
from tests.support.signing_proxy import SigningProxy

BACKEND = """site = "PRUEBA"
[backend]
url = "https://backend.example.pe/caje"
credential_file = "backend.toml"
ruc = "20999999999"
operator_dni = "10117410"
authority_file = "authority.pem"
"""
KEY = 'key_file = "k.key"\ncertificate_file = "k.pem"\n'
PINNED = 'peer_certificate_file = "p.pem"\n'
AUTHORITY = 'peer_ca_file = "ca.pem"\npeer_name = "CENTRO"\n'
REPOSITORY = Path(__file__).resolve().parents[4]


def loaded(folder: Path, wsse: str) -> ServerConfig:
    file = folder / "server.toml"
    file.write_text(f"{BACKEND}[backend.wsse]\n{wsse}")
    return load_config(file)


def test_paths_are_relative_to_the_file_and_the_account_is_the_backends(tmp_path: Path) -> None:
    config = loaded(tmp_path, KEY + PINNED)
    assert config.backend
    wsse = config.backend.wsse
    assert wsse
    assert (wsse.key_file, wsse.certificate_file) == (tmp_path / "k.key", tmp_path / "k.pem")
    assert (wsse.peer_certificate_file, wsse.credential_file) == (tmp_path / "p.pem", None)
    assert wsse.username_token == "digest"


@pytest.mark.parametrize(
    "text",
    [
        PINNED,
        KEY + AUTHORITY,
        KEY + 'signed_replies = false\nusername_token = "none"\n',
        'signed_replies = false\nusername_token = "text"\ncredential_file = "own.toml"\n',
        KEY + PINNED + "confirmation = true\n",
    ],
)
def test_what_makes_sense_builds_a_client(tmp_path: Path, text: str) -> None:
    assert build_backend(loaded(tmp_path, text)) is not None


@pytest.mark.parametrize("believed", ["pinned", "certified"])
def test_a_configured_client_signs_and_verifies_as_it_was_told(
    centre: SigningProxy, parties: Parties, tmp_path: Path, believed: str
) -> None:
    (tmp_path / "backend.toml").write_text('user = "U"\npassword = "del-cuerpo"\n')
    (tmp_path / "own.toml").write_text('user = "FIRMA"\npassword = "de-la-firma"\n')
    shutil.copy(parties.us.key, tmp_path / "k.key")
    shutil.copy(parties.us.certificate, tmp_path / "k.pem")
    shutil.copy(parties.centre.certificate, tmp_path / "p.pem")
    shutil.copy(parties.authority, tmp_path / "ca.pem")
    peer = PINNED if believed == "pinned" else AUTHORITY.replace("CENTRO", "CENTRO PRUEBA")
    file = tmp_path / "server.toml"
    backend = BACKEND.replace("https://backend.example.pe/caje", centre.url)
    file.write_text(f'{backend}[backend.wsse]\ncredential_file = "own.toml"\n{KEY}{peer}')
    built = build_backend(load_config(file))
    assert built
    assert built.inquire(OURS) == NotKnown()
    (seen,) = centre.seen
    assert seen.holds()
    assert seen.text(".//wsse:Username") == "FIRMA"
    assert seen.proves("de-la-firma")
    centre.signing = parties.stranger.signing()
    assert isinstance(built.inquire(OURS), Unknown)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "say who signs the replies"),
        (KEY, "say who signs the replies"),
        (PINNED + 'peer_ca_file = "ca.pem"\npeer_name = "X"\n', "say who signs the replies"),
        (PINNED + "signed_replies = false\n", "say who signs the replies"),
        ('peer_ca_file = "ca.pem"\n', "`peer_ca_file` and `peer_name`"),
        (PINNED + 'key_file = "k.key"\n', "`key_file` and `certificate_file` go together"),
        (PINNED + 'username_token = "none"\n', "give a `username_token`, a `key_file`, or both"),
        ("signed_replies = false\nconfirmation = true\n", "needs signed replies"),
        (PINNED + 'username_token = "md5"\n', "backend.wsse.username_token"),
        (PINNED + 'key_fil = "k"\n', "unknown key 'backend.wsse.key_fil'; did you mean 'key_file'"),
    ],
)
def test_what_does_not_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    assert words in str(refused.value)


def test_the_commented_example_is_a_configuration_that_loads(tmp_path: Path) -> None:
    shipped = (REPOSITORY / "deploy/server.toml").read_text()
    beginning = shipped.index("# [backend]\n")
    lines = shipped[beginning : shipped.index("# [mail]\n")].splitlines()
    example = "\n".join(line.removeprefix("# ") for line in lines)
    (tmp_path / "server.toml").write_text('site = "PRUEBA"\n' + example)
    config = load_config(tmp_path / "server.toml")
    assert config.backend
    assert config.backend.wsse


WITHOUT = """
import sys
sys.modules["signxml"] = None
from pathlib import Path
from queue_server.bootstrap import build_backend
from queue_server.config import ConfigError, load_config
for file in sys.argv[1:]:
    try:
        print(type(build_backend(load_config(Path(file)))).__name__)
    except ConfigError as error:
        print(error)
"""


def test_only_a_site_that_asks_for_it_needs_the_library(tmp_path: Path) -> None:
    plain = tmp_path / "plain.toml"
    plain.write_text(BACKEND)
    loaded(tmp_path, PINNED)
    words = [sys.executable, "-c", WITHOUT, str(plain), str(tmp_path / "server.toml")]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[0].endswith("Backend")
    assert "pip install 'ventanilla[wsse]'" in said[1]
