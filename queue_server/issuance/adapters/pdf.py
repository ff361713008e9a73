"""Whether a PDF is what the centre signed: PAdES (ETSI EN 319 142-1), checked with pyHanko.

pyHanko is imported at the first document, so that only a process that checks some pays for it.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from queue_server.issuance.model import Verdict

MAX_PDF_BYTES = 8 * 1024 * 1024
MAX_SIGNATURES = 8
MAX_SIGNER = 200
_REFUSED = "cannot be read as a signed PDF"


class PdfSignatureVerifier:
    """`PdfVerifier` that trusts the authorities in `ca_file` (PEM, one or more) and no others.

    A document may be delivered when it holds a signature, every signature in it is intact, made
    by someone these authorities certify now, and nothing was changed after the last one but what
    keeps a signature verifiable (PAdES B-LT, B-LTA). Nothing is fetched from the network.
    Raises OSError, ValueError for a `ca_file` without certificates.
    """

    def __init__(self, ca_file: Path) -> None:
        certificates = load_pem_x509_certificates(ca_file.read_bytes())
        self._authorities = [each.public_bytes(Encoding.DER) for each in certificates]

    def verify(self, pdf: bytes) -> Verdict:
        """Digest, signature and chain of `pdf`; never raises for a bad document.

        Takes 20 to 60 ms, on a thread of its own: pyHanko runs an event loop, and the caller's
        thread may have one already.
        """
        if len(pdf) > MAX_PDF_BYTES:
            return _invalid("too large")
        if not pdf.startswith(b"%PDF-"):
            return _invalid("not a PDF")
        try:
            with ThreadPoolExecutor(1) as alone:
                return alone.submit(self._checked, pdf).result()
        except Exception as error:  # noqa: BLE001 - hostile bytes: a parser may raise anything
            return _invalid(f"{_REFUSED}: {type(error).__name__}")

    def _checked(self, pdf: bytes) -> Verdict:
        from pyhanko.pdf_utils.reader import PdfFileReader

        reader = PdfFileReader(BytesIO(pdf), strict=True)
        if reader.encrypted:
            return _invalid("encrypted")
        signatures = reader.embedded_regular_signatures
        timestamps = reader.embedded_timestamp_signatures
        if not signatures:
            return _invalid("not signed")
        if len(signatures) + len(timestamps) > MAX_SIGNATURES:
            return _invalid("too many signatures")
        problems = [*self._of_signatures(signatures), *self._of_timestamps(timestamps)]
        return Verdict(not problems, _name(signatures[-1].signer_cert), tuple(problems))

    def _of_signatures(self, signatures: list[Any]) -> Iterator[str]:
        from pyhanko.sign.diff_analysis import ModificationLevel
        from pyhanko.sign.validation import validate_pdf_signature

        for each in signatures:
            status = validate_pdf_signature(each, self._context())
            # Signing again counts as filling a form; the later signature answers for that.
            is_last = each is signatures[-1]
            allowed = ModificationLevel.LTA_UPDATES if is_last else ModificationLevel.FORM_FILLING
            changed = _changed(each, status, allowed)
            yield from _problems(status, changed=changed, accepted=status.bottom_line)

    def _of_timestamps(self, timestamps: list[Any]) -> Iterator[str]:
        from pyhanko.sign.diff_analysis import ModificationLevel
        from pyhanko.sign.validation import validate_pdf_timestamp

        for each in timestamps:
            status = validate_pdf_timestamp(each, self._context())
            changed = _changed(each, status, ModificationLevel.LTA_UPDATES)
            yield from _problems(status, changed=changed, accepted=status.trusted)

    def _context(self) -> Any:
        """Our authorities, no others, no network."""
        from asn1crypto.x509 import Certificate
        from pyhanko_certvalidator import ValidationContext

        roots = [Certificate.load(each) for each in self._authorities]
        return ValidationContext(trust_roots=roots, allow_fetching=False)


def _changed(signature: Any, status: Any, allowed: Any) -> bool:
    """Whether more than `allowed` came after `signature`, or bytes that belong to no revision.

    pyHanko takes no notice of bytes behind the end of the last revision; another reader may.
    """
    from pyhanko.sign.validation import SignatureCoverageLevel

    level = status.modification_level
    is_newest = signature.signed_revision == signature.reader.xrefs.total_revisions - 1
    covers_all = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return level is None or level > allowed or (is_newest and not covers_all)


def _problems(status: Any, *, changed: bool, accepted: bool) -> Iterable[str]:
    """What is wrong, most basic first; an untrusted one that pyHanko explains says why."""
    if not status.intact:
        return ["the digest does not match"]
    if not status.valid:
        return ["the signature is not genuine"]
    found = ["changed after it was signed"] if changed else []
    if not status.trusted:
        why = status.trust_problem_indic
        found.append(f"not signed by a trusted authority{f': {why.name}' if why else ''}")
    return found or ([] if accepted else ["not acceptable to pyHanko"])


def _name(certificate: Any) -> str:
    """The signer's common name, or all of the subject, short enough to be stored."""
    subject = certificate.subject
    return str(subject.native.get("common_name") or subject.human_friendly)[:MAX_SIGNER]


def _invalid(problem: str) -> Verdict:
    return Verdict(False, "", (problem,))
