"""The private link of a certificate, for the phone."""

from fastapi import APIRouter, Response

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.issuance.services import delivery
from queue_server.staff.api import Public

router = APIRouter(tags=["issuance"])


@router.get("/c/{token}", response_class=Response, dependencies=[Public])
async def download(token: str, desk: DeskOf) -> Response:
    """The certificate behind a private link, as a PDF."""
    if len(token) > 100:
        raise Problem(404, "no_such_link", "Este enlace no existe.")
    pdf = await desk.database.look(lambda uow: delivery.pdf_by_link(uow, token))
    headers = {
        "Content-Disposition": 'attachment; filename="certificado.pdf"',
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)
