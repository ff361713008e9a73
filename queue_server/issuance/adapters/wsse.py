"""WS-Security around the client's envelopes: requests signed, replies read as they were signed.

One class for all of it, because parts that know nothing of each other cannot verify a reply. OASIS
WSS 1.1.1. Signatures are signxml's; what must be signed, by whom and when is decided here. Imported
only where a site is configured for it, as signxml is an optional package.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import lxml.etree as etree
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from queue_server.core.clock import Clock, SystemClock
from queue_server.issuance.adapters import wsse_parts
from queue_server.issuance.adapters.soap import Credential
from queue_server.issuance.adapters.soap_transport import ReplyLost
from queue_server.issuance.adapters.wsse_keys import Peer, Signer
from queue_server.issuance.adapters.wsse_parts import DS, SOAP, WSSE, Parts

METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
# What signxml and the libraries below it raise for bytes that are not a signature of this profile.
_WRONG = (
    SignXMLException,
    UnsupportedAlgorithm,
    etree.LxmlError,
    AssertionError,
    AttributeError,
    LookupError,
    SyntaxError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class SecuritySettings:
    """What the centre asks of our requests, and what we ask of its replies.

    `account`, `signer` and `peer` are asked anew for every call, so that all can be changed while
    the server runs; each raises CredentialUnreadable. Without `account` there is no UsernameToken,
    without `signer` no signature, and without `peer` replies are believed as they come.
    `confirmation` demands that a reply repeats our signature (WSS 1.1.1 §8.5).
    """

    account: Callable[[], Credential] | None = None
    password: Literal["digest", "text"] = "digest"
    signer: Callable[[], Signer] | None = None
    peer: Callable[[], Peer] | None = None
    confirmation: bool = False


class WsSecurity:
    """`EnvelopeSecurity` by WS-Security; one for all threads of a process."""

    def __init__(self, settings: SecuritySettings, clock: Clock | None = None) -> None:
        # At DEBUG signxml writes what it signs: names, documents, passwords.
        logging.getLogger("signxml").setLevel(logging.WARNING)
        self._settings = settings
        self._clock = clock or SystemClock()

    def apply(self, envelope: Any) -> str:
        """Gives `envelope` its Security header; the signature's value, "" where there is none.

        Raises CredentialUnreadable, also when a reply could not be judged: then nothing is asked.
        """
        settings, now = self._settings, self._clock.now()
        if settings.peer is not None:
            settings.peer()
        signer = settings.signer() if settings.signer else None
        account = settings.account() if settings.account else None
        security = wsse_parts.add_security(envelope)
        said = [envelope.find(f"{{{SOAP}}}Body"), wsse_parts.add_timestamp(security, now)]
        if account is not None:
            said.append(
                wsse_parts.add_username_token(
                    security,
                    account.user,
                    account.password,
                    now,
                    digest=settings.password == "digest",
                )
            )
        return _sign(envelope, security, said, signer) if signer else ""

    def verify(self, document: Any, asked: str) -> Any:
        """An envelope with the body that was signed, and nothing that was not.

        `asked` is what `apply` returned for the request. Raises ReplyLost: `not_signed`,
        `ambiguous` (two of what there must be one of), `unknown_signer`, `wrong_signature`,
        `wrapped` (the signature is good, and of something else), `not_fresh`, `another_reply`.
        """
        if self._settings.peer is None:
            return document
        parts = wsse_parts.own_parts(document)
        by_id = wsse_parts.elements_by_id(document)
        signed = self._signed(document, parts, self._settings.peer())
        by_id = {name: element for name, element in by_id.items() if name in signed}
        body = self._as_signed(parts.body, by_id, signed)
        wsse_parts.check_fresh(self._as_signed(parts.timestamp, by_id, signed), self._clock.now())
        self._check_confirmation(parts, by_id, signed, asked)
        return wsse_parts.envelope_around(body)

    def _signed(self, document: Any, parts: Parts, peer: Peer) -> dict[str, Any]:
        """What the signature covers, by id, as it was signed."""
        ids = wsse_parts.signed_ids(parts.signature)
        now = self._clock.now()
        expected = SignatureConfiguration(
            location=f"./{{{SOAP}}}Header/{{{WSSE}}}Security/",
            expect_references=len(ids),
            signature_methods=METHODS,
            digest_algorithms=DIGESTS,
            verification_time=now,
        )
        results = _verified(document, peer.signers(wsse_parts.certificate_of(parts), now), expected)
        return dict(zip(ids, results, strict=True))

    def _as_signed(self, element: Any, by_id: Mapping[str, Any], signed: Mapping[str, Any]) -> Any:
        """`element` as it was signed: the very element of the document, not one that has its id
        elsewhere, nor another that stands where the signed one was."""
        for name, covered in by_id.items():
            if covered is element:
                return signed[name]
        raise ReplyLost("wrapped")

    def _check_confirmation(
        self, parts: Parts, by_id: Mapping[str, Any], signed: Mapping[str, Any], asked: str
    ) -> None:
        """That this is the reply to our request: it must hold wherever it is said."""
        found = wsse_parts.confirmations(parts)
        if not found and not self._settings.confirmation:
            return
        said = [self._as_signed(each, by_id, signed).get("Value", "") for each in found]
        if said != [asked]:
            raise ReplyLost("another_reply")


def _sign(envelope: Any, security: Any, said: Sequence[Any], signer: Signer) -> str:
    """Adds certificate and signature over `said` to `security`; the signature's value."""
    token = wsse_parts.add_certificate(security, signer.certificate)
    names = [wsse_parts.named(each) for each in said]
    signature = XMLSigner(
        method=SignatureConstructionMethod.detached,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    ).sign(
        envelope,
        key=signer.key,
        reference_uri=[f"#{each}" for each in names],
        key_info=wsse_parts.key_info(token),
        id_attribute="Id",
    )
    security.append(signature)
    return signature.findtext(f"{{{DS}}}SignatureValue") or ""


def _verified(
    document: Any, signers: Sequence[x509.Certificate], expected: SignatureConfiguration
) -> list[Any]:
    """The signed elements, in the signature's order, if one of `signers` made it."""
    for certificate in signers:
        try:
            found = XMLVerifier().verify(
                document, x509_cert=certificate, id_attribute="Id", expect_config=expected
            )
            results = found if isinstance(found, list) else [found]
            return [each.signed_xml for each in results]
        except _WRONG:
            continue
    raise ReplyLost("wrong_signature")
