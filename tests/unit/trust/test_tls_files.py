"""The site's certificates: made once, kept, renewed in time, and the owner's only."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from queue_server.core import tls
from queue_server.core.tls import TlsFault, TlsFiles

NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
NAMES = ["0.0.0.0", "turnos.example.pe", "192.0.2.10", "::1", "not a name"]


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    made = TlsFiles(tmp_path / "tls")
    tls.create(made, "PRUEBA", NAMES, NOW)
    return made


def test_the_authority_signs_this_server_and_nothing_else(files: TlsFiles) -> None:
    authority, served = tls.authority(files), tls.served(files)
    served.verify_directly_issued_by(authority)
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)
    usage = authority.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.key_cert_sign
    assert not usage.value.digital_signature
    assert authority.not_valid_after_utc - NOW == timedelta(days=3650)
    assert served.not_valid_after_utc - NOW == timedelta(days=397)
    purpose = served.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purpose) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_the_certificate_names_what_clients_call_the_server_by(files: TlsFiles) -> None:
    found = tls.served(files).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert found.get_values_for_type(x509.DNSName)[0] == "turnos.example.pe"
    addresses = [str(each) for each in found.get_values_for_type(x509.IPAddress)]
    assert addresses == ["192.0.2.10", "::1"]


def test_private_keys_are_their_owners_only(files: TlsFiles) -> None:
    for path in (files.authority_key, files.server, files.actions_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_what_exists_is_kept(files: TlsFiles) -> None:
    before = {each.name: each.read_bytes() for each in files.folder.iterdir()}
    tls.create(files, "PRUEBA", NAMES, NOW + timedelta(days=1))
    assert {each.name: each.read_bytes() for each in files.folder.iterdir()} == before


def test_a_lost_key_of_the_authority_is_not_replaced_silently(files: TlsFiles) -> None:
    files.authority_key.unlink()
    with pytest.raises(TlsFault, match="every kiosk must be paired again"):
        tls.create(files, "PRUEBA", NAMES, NOW)


def test_the_certificate_is_renewed_thirty_days_before_its_end(files: TlsFiles) -> None:
    first = tls.served(files)
    assert not tls.renew(files, NAMES, NOW + timedelta(days=366))
    assert tls.renew(files, NAMES, NOW + timedelta(days=368))
    second = tls.served(files)
    assert second.not_valid_after_utc > first.not_valid_after_utc
    assert second.public_key() != first.public_key()
    second.verify_directly_issued_by(tls.authority(files))
    assert sorted(each.name for each in files.folder.iterdir()) == [
        "actions.key",
        "ca.key",
        "ca.pem",
        "server.pem",
    ]


def test_without_the_authoritys_key_nothing_is_renewed(files: TlsFiles) -> None:
    files.authority_key.unlink()
    assert not tls.renew(files, NAMES, NOW + timedelta(days=390))


def test_a_key_that_does_not_belong_to_its_authority_is_refused(
    files: TlsFiles, tmp_path: Path
) -> None:
    other = TlsFiles(tmp_path / "other")
    tls.create(other, "PRUEBA", NAMES, NOW)
    files.authority_key.write_bytes(other.authority_key.read_bytes())
    with pytest.raises(TlsFault, match="does not belong"):
        tls.renew(files, NAMES, NOW + timedelta(days=390))


def test_who_asks_for_the_expiry_gets_the_first_end(files: TlsFiles) -> None:
    assert tls.expiry(files) == tls.served(files).not_valid_after_utc
