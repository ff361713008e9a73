"""Draws and signs certificates: PAdES B-B by the test authority, or a pool signed beforehand."""

import io
import itertools
import threading
from datetime import date, timedelta
from pathlib import Path

from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.sign import fields, signers
from pyhanko.stamp import StaticStampStyle

from queue_server.issuance.sandbox.authority import Authority, open_authority
from queue_server.issuance.sandbox.certificate import SIGNATURE_BOX, WORTHLESS, Page, draw
from queue_server.issuance.sandbox.ledger import Certificate
from queue_server.issuance.sandbox.people import Person

TEST_SUBJECT = f"Documento de prueba {WORTHLESS}"
POOLED_SUBJECT = f"{TEST_SUBJECT}; firmado por adelantado, no corresponde a la solicitud"
POOL_SIZE = 4


class SigningPress:
    """One signed file for each certificate, about 0.12 s each, drawing included."""

    def __init__(self, folder: Path, public_url: str) -> None:
        self.authority = open_authority(folder)
        self._public_url = public_url
        self._signer = _load(self.authority)

    def make(self, person: Person, certificate: Certificate) -> bytes:
        """The signed PDF of this person's certificate."""
        return self.sign(draw(_page(person, certificate, self._public_url, TEST_SUBJECT)))

    def sign(self, pdf: bytes) -> bytes:
        """`pdf` with one PAdES B-B signature over all of it."""
        return _signed(pdf, self._signer)


class Forger:
    """Signs as an authority nobody was told to trust; it is made when first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._signer: signers.SimpleSigner | None = None

    def sign(self, pdf: bytes) -> bytes:
        """`pdf` with one good signature of the wrong authority."""
        with self._lock:
            if self._signer is None:
                self._folder.mkdir(exist_ok=True, mode=0o700)
                self._signer = _load(open_authority(self._folder))
            return _signed(pdf, self._signer)


class PooledPress:
    """Hands out a few files signed at the start: quick, but of an invented nobody."""

    def __init__(self, press: SigningPress, public_url: str) -> None:
        self.authority = press.authority
        self._lock = threading.Lock()
        pool = [
            press.sign(draw(_page(_NOBODY, _sample(n), public_url, POOLED_SUBJECT)))
            for n in range(POOL_SIZE)
        ]
        self._next = itertools.cycle(pool)

    def make(self, person: Person, certificate: Certificate) -> bytes:  # noqa: ARG002
        """The next file of the pool, whoever asks."""
        with self._lock:
            return next(self._next)


_NOBODY = Person("01", "00000000", "NOMBRE DE MUESTRA", "PRUEBA", date(1980, 1, 1))


def _sample(place: int) -> Certificate:
    day = date(2026, 1, 1)
    until = day + timedelta(days=90)
    number, code = f"CAJ-MUESTRA-{place:04d}", f"0000-0000-0000-{place:04d}"
    return Certificate(number, None, "01", "00000000", code, day, until)


def _signed(pdf: bytes, signer: signers.SimpleSigner) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name="Firma",
        reason="Expedición del certificado",
        location="Lima, Perú",
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    box = fields.SigFieldSpec("Firma", box=SIGNATURE_BOX)
    clear = StaticStampStyle(border_width=0, background=_nothing())  # the page has its words
    signing = signers.PdfSigner(metadata, signer, stamp_style=clear, new_field_spec=box)
    out = io.BytesIO()
    signing.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
    return out.getvalue()


def _nothing() -> RawContent:
    left, bottom, right, top = SIGNATURE_BOX
    return RawContent(b"", box=BoxConstraints(right - left, top - bottom))


def _load(authority: Authority) -> signers.SimpleSigner:
    signer = signers.SimpleSigner.load(
        str(authority.key), str(authority.signer), ca_chain_files=[str(authority.ca)]
    )
    if signer is None:
        raise OSError(f"{authority.key} and {authority.signer} cannot be used; delete both")
    return signer


def _page(person: Person, certificate: Certificate, public_url: str, subject: str) -> Page:
    return Page(
        number=certificate.number,
        names=person.given_names,
        surnames=" ".join(filter(None, (person.first_surname, person.second_surname))),
        document_type=person.type,
        document_number=person.number,
        birth_date=person.birth_date,
        record=person.record,
        issued_on=certificate.issued_on,
        until=certificate.until,
        verification_code=certificate.verification_code,
        verification_url=f"{public_url}/verificar/{certificate.verification_code}",
        subject=subject,
    )
