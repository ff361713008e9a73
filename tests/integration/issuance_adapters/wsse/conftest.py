"""A centre that signs, judged and played by xmlsec1, and the client it is asked with."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from queue_server.issuance.adapters.soap import SoapBackend
from queue_server.issuance.adapters.wsse import SecuritySettings, WsSecurity
from queue_server.issuance.adapters.wsse_keys import Rotating, Signer, pinned_file, signer_files
from tests.integration.issuance_adapters.authority import Authority
from tests.integration.issuance_adapters.conftest import CREDENTIAL, settings
from tests.integration.issuance_adapters.replies import reply
from tests.support.signing_proxy import Signing, SigningProxy
from tests.support.xmlsec import XmlSec

NOT_KNOWN = reply("consultarSolicitud", "0030")


@dataclass(frozen=True)
class Party:
    """Somebody who signs."""

    certificate: Path
    key: Path

    def signing(self) -> Signing:
        """How it signs replies."""
        return Signing(self.certificate, self.key)


@dataclass(frozen=True)
class Parties:
    """Us, the centre, and others who are not the centre."""

    authority: Path
    us: Party
    centre: Party
    other_name: Party  # certified by the same authority
    expired: Party  # the centre's key and name, its certificate run out
    stranger: Party  # the centre's name, another authority
    signer: Rotating[Signer]  # of `us`; reading an RSA key takes its time

    def settings(self, **changes: Any) -> SecuritySettings:
        """Everything signed both ways, the centre's own certificate believed."""
        ours = SecuritySettings(
            account=lambda: CREDENTIAL,
            signer=self.signer,
            peer=pinned_file(self.centre.certificate),
        )
        return replace(ours, **changes)


@pytest.fixture(scope="session")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Parties:
    folder = tmp_path_factory.mktemp("parties")
    authority, foreign = Authority("AUTORIDAD PRUEBA"), Authority("OTRA AUTORIDAD")
    ours, theirs = (rsa.generate_private_key(65537, 2048) for _ in range(2))

    def party(of: Authority, name: str, key: rsa.RSAPrivateKey, file: str, days: int = 10) -> Party:
        return Party(*of.issue(name, days, key).write(folder, file))

    us = party(authority, "KIOSKO PRUEBA", ours, "us")
    return Parties(
        authority=authority.write(folder),
        us=us,
        centre=party(authority, "CENTRO PRUEBA", theirs, "centre"),
        other_name=party(authority, "OTRO PRUEBA", ours, "other"),
        expired=party(authority, "CENTRO PRUEBA", theirs, "expired", -1),
        stranger=party(foreign, "CENTRO PRUEBA", ours, "stranger"),
        signer=signer_files(us.key, us.certificate),
    )


@pytest.fixture(scope="session")
def xmlsec(tmp_path_factory: pytest.TempPathFactory) -> XmlSec:
    return XmlSec(tmp_path_factory.mktemp("xmlsec"))


@pytest.fixture
def centre(xmlsec: XmlSec, parties: Parties) -> Iterator[SigningProxy]:
    """Knows no request, and says so properly signed."""
    with SigningProxy(xmlsec, parties.us.certificate, lambda _, __: NOT_KNOWN) as proxy:
        proxy.signing = parties.centre.signing()
        yield proxy


def client(url: str, security: WsSecurity) -> SoapBackend:
    """The product's client, with `security` around its envelopes."""
    return SoapBackend(replace(settings(url), security=security))
