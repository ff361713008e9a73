"""The test authority: a root and a signer, made on first start, that say they are worthless."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

WORTHLESS = "PRUEBA SIN VALOR LEGAL"
CA_FILE = "ca.pem"
SIGNER_FILE = "signer.pem"
KEY_FILE = "signer.key"
_KEY_BITS = 2048
_YEARS = 10


@dataclass(frozen=True)
class Authority:
    """Where the authority's files lie. The root's key is thrown away once it has signed."""

    ca: Path
    signer: Path
    key: Path


def open_authority(folder: Path) -> Authority:
    """The authority kept in `folder`, made there if any of its files is missing."""
    authority = Authority(folder / CA_FILE, folder / SIGNER_FILE, folder / KEY_FILE)
    if not all(file.exists() for file in (authority.ca, authority.signer, authority.key)):
        _found(authority)
    return authority


def _found(authority: Authority) -> None:
    root_key, signer_key = _new_key(), _new_key()
    root_name = _name("Autoridad raíz")
    root = _root(root_name, root_key)
    signer = _signer(root_name, root_key, signer_key)
    private = signer_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write_private(authority.key, private)
    authority.signer.write_bytes(signer.public_bytes(serialization.Encoding.PEM))
    authority.ca.write_bytes(root.public_bytes(serialization.Encoding.PEM))


def _root(name: x509.Name, key: rsa.RSAPrivateKey) -> x509.Certificate:
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _signer(
    issuer: x509.Name, issuer_key: rsa.RSAPrivateKey, key: rsa.RSAPrivateKey
) -> x509.Certificate:
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        _builder(_name("Registro Penitenciario"), issuer, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(above, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    start = datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * _YEARS))
    )


def _usage(**granted: bool) -> x509.KeyUsage:
    refused = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**(refused | granted))


def _name(role: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, WORTHLESS),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{role} - {WORTHLESS}"),
        ]
    )


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def _write_private(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
