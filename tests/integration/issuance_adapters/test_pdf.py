"""Which PDF may be delivered: real signatures of an invented authority, and what breaks them."""

import subprocess
import sys
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen.canvas import Canvas

from queue_server.issuance.adapters import pdf as adapter
from queue_server.issuance.adapters.pdf import PdfSignatureVerifier
from queue_server.issuance.model import Verdict
from tests.integration.issuance_adapters.authority import Authority, Certified

WORDS = b"SIN VALOR LEGAL"


def page() -> bytes:
    """One unsigned page whose words stand in the file as they are."""
    out = BytesIO()
    canvas = Canvas(out, pageCompression=0)
    canvas.drawString(72, 720, WORDS.decode())
    canvas.save()
    return out.getvalue()


def signed(document: bytes, by: Certified, field: str = "Firma", certify: bool = False) -> bytes:
    """`document` with a PAdES B-B signature of `by`."""
    key = by.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(by.certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(),
    )
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=certify,
    )
    writer = IncrementalPdfFileWriter(BytesIO(document))
    return signers.sign_pdf(writer, meta, signer).getvalue()


@cache
def authority() -> Authority:
    return Authority("Autoridad de ensayo")


@cache
def certificate() -> bytes:
    return signed(page(), authority().issue("Registro de ensayo"))


@pytest.fixture
def verifier(tmp_path: Path) -> PdfSignatureVerifier:
    return PdfSignatureVerifier(authority().write(tmp_path))


def test_a_document_of_the_authority_may_be_delivered(verifier: PdfSignatureVerifier) -> None:
    assert verifier.verify(certificate()) == Verdict(True, "Registro de ensayo", ())


def test_one_flipped_letter_of_the_page_is_found(verifier: PdfSignatureVerifier) -> None:
    altered = certificate().replace(WORDS, b"CON VALOR LEGAL")
    assert altered != certificate()
    verdict = verifier.verify(altered)
    assert (verdict.valid, verdict.problems) == (False, ("the digest does not match",))


@pytest.mark.negative_control
def test_a_check_of_the_digest_alone_would_believe_any_authority(tmp_path: Path) -> None:
    forged = signed(page(), Authority("Autoridad falsa").issue("Registro de ensayo"))
    (signature,) = PdfFileReader(BytesIO(forged)).embedded_signatures
    signature.compute_integrity_info()
    digest = signature.compute_digest()
    assert digest in signature.signer_info["signed_attrs"].dump(), "the digest is right"
    verdict = PdfSignatureVerifier(authority().write(tmp_path)).verify(forged)
    assert not verdict.valid
    assert verdict.problems[0].startswith("not signed by a trusted authority")


def test_a_signer_whose_certificate_has_run_out_is_refused(verifier: PdfSignatureVerifier) -> None:
    old = signed(page(), authority().issue("Registro de ensayo", valid_days=-1))
    assert not verifier.verify(old).valid


def test_a_page_without_signature_is_refused(verifier: PdfSignatureVerifier) -> None:
    assert verifier.verify(page()).problems == ("not signed",)


def test_a_revision_added_after_signing_is_refused(verifier: PdfSignatureVerifier) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(certificate()))
    new_page = writer.root["/Pages"]["/Kids"][0]
    new_page["/Rotate"] = generic.NumberObject(90)
    writer.update_container(new_page)
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(certificate())
    verdict = verifier.verify(out.getvalue())
    assert (verdict.valid, verdict.problems) == (False, ("changed after it was signed",))


def test_bytes_added_behind_the_end_are_refused(verifier: PdfSignatureVerifier) -> None:
    assert not verifier.verify(certificate() + b"\n% more words\n").valid


def test_a_store_for_long_term_validation_is_no_change(verifier: PdfSignatureVerifier) -> None:
    out = BytesIO(certificate())
    root = x509.Certificate.load(authority().certificate.public_bytes(Encoding.DER))
    DocumentSecurityStore.add_dss(out, sig_contents=None, certs=[root])
    assert len(out.getvalue()) > len(certificate())
    assert verifier.verify(out.getvalue()) == Verdict(True, "Registro de ensayo", ())


def test_two_signatures_of_the_authority_may_be_delivered(verifier: PdfSignatureVerifier) -> None:
    twice = signed(certificate(), authority().issue("Director de ensayo"), "Firma2")
    assert verifier.verify(twice) == Verdict(True, "Director de ensayo", ())


def test_a_stranger_who_signs_too_spoils_the_document(verifier: PdfSignatureVerifier) -> None:
    twice = signed(certificate(), Authority("Autoridad falsa").issue("Nadie"), "Firma2")
    assert not verifier.verify(twice).valid


def test_a_stranger_who_signed_first_spoils_the_document(verifier: PdfSignatureVerifier) -> None:
    first = signed(page(), Authority("Autoridad falsa").issue("Nadie"))
    assert not verifier.verify(signed(first, authority().issue("Registro"), "Firma2")).valid


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"<html>Bienvenido</html>",
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + bytes(range(256)) * 40,
        b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000,
    ],
)
def test_rubbish_is_refused_and_raises_nothing(
    verifier: PdfSignatureVerifier, rubbish: bytes
) -> None:
    verdict = verifier.verify(rubbish)
    assert not verdict.valid
    assert len(verdict.problems) == 1


def test_no_cut_and_no_flipped_byte_passes_or_raises(verifier: PdfSignatureVerifier) -> None:
    whole = certificate()
    for place in range(7, len(whole), len(whole) // 25):
        assert not verifier.verify(whole[:place]).valid
        flipped = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        verdict = verifier.verify(flipped)
        inert = verdict.valid and _in_padding(whole, place)
        assert inert or not verdict.valid, f"byte {place} can be changed unnoticed"


def _in_padding(whole: bytes, place: int) -> bool:
    """Whether `place` is in the zeros that fill the room left for the signature: unsigned."""
    return whole[place - 20 : place + 20].strip(b"0") == b""


def test_a_document_beyond_the_limit_is_not_read(
    verifier: PdfSignatureVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "MAX_PDF_BYTES", len(certificate()) - 1)
    assert verifier.verify(certificate()).problems == ("too large",)


def test_a_file_without_authorities_is_refused_at_the_start(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    with pytest.raises(ValueError):
        PdfSignatureVerifier(empty)


def test_pyhanko_is_not_loaded_before_the_first_document() -> None:
    code = (
        "import sys, queue_server.issuance.adapters.pdf; "
        "print([each for each in sys.modules if 'pyhanko' in each])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
