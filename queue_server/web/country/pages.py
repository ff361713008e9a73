"""The pages of the country: all sites, one site, and the certificates of each month as a file."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.hub.api.country import LookerOf
from queue_server.hub.model.country import ZONE, Month
from queue_server.hub.services import country
from queue_server.hub.wire import SITE_CODE
from queue_server.reports.model.csv_file import BYTE_ORDER_MARK, MEDIA_TYPE, lines
from queue_server.reports.model.sheets import month_words
from queue_server.web.country.curve import HEIGHT, LEFT, RIGHT, WIDTH, change_words, curve, grouped
from queue_server.web.pages import HEADERS, elsewhere, templates

router = APIRouter(tags=["pages"])
Region = Annotated[str, Query(max_length=40)]
HEADINGS = ("Mes", "Región", "Certificados", "Mes terminado")


@router.get("/country", include_in_schema=False)
async def whole(request: Request, desk: DeskOf, who: LookerOf, region: Region = "") -> Response:
    """Every site, the worst first; certificates of each month, of all or of one `region`."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        return {**_person(actor), **_certificates(country.read_months(uow), region)}

    return await _page(request, desk, who, "country.html", read)


@router.get("/country/{site}", include_in_schema=False)
async def one(
    request: Request,
    desk: DeskOf,
    who: LookerOf,
    site: Annotated[str, Path(pattern=SITE_CODE)],
) -> Response:
    """One site as it told itself."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        return {**_person(actor), "site": site, "name": country.name_of(uow, actor.site, site)}

    return await _page(request, desk, who, "country_site.html", read)


@router.get("/country/months/certificates.csv", include_in_schema=False)
async def file(desk: DeskOf, who: LookerOf, region: Region = "") -> Response:
    """The months as a file: each region a row, or one `region` alone."""
    months = await desk.look(who, lambda uow, _: country.read_months(uow))
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": 'attachment; filename="pais_certificados_por_mes.csv"',
    }
    content = BYTE_ORDER_MARK + lines(_rows(months, region))
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _rows(months: Sequence[Month], region: str) -> Iterator[tuple[str | int, ...]]:
    yield HEADINGS
    names = [region] if region else _regions(months)
    for each in months:
        for name in names:
            yield (each.month, name, each.count(name), "sí" if each.over else "no")


def _regions(months: Sequence[Month]) -> list[str]:
    return sorted({name for each in months for name in each.by_region})


def _person(actor: Actor) -> dict[str, str]:
    return {
        "person": actor.name,
        "role": actor.role,
        "site_name": "Centro de control",
        "zone": ZONE,
        "page": "country.html",
    }


def _certificates(months: Sequence[Month], region: str) -> dict[str, Any]:
    regions = _regions(months)
    chosen = region if region in regions else ""
    named = [(*_name_and_year(each.month), each.count(chosen)) for each in months]
    over = [(month_words(each.month), each.count(chosen)) for each in months if each.over]
    return {
        "regions": regions,
        "region": chosen,
        "query": urlencode({"region": chosen}) if chosen else "",
        "curve": curve(named),
        "curve_words": change_words(over),
        "box": {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT},
        "months": [
            {
                "name": month_words(each.month),
                "count": grouped(each.count(chosen)),
                "over": each.over,
            }
            for each in reversed(months)
        ],
        "total": grouped(sum(each.count(chosen) for each in months)),
    }


def _name_and_year(month: str) -> tuple[str, str]:
    name, _, year = month_words(month).partition(" ")
    return name, year


async def _page(request: Request, desk: Any, who: Any, template: str, read: Any) -> Response:
    try:
        context = await desk.look(who, read)
    except Problem as problem:
        return elsewhere(request, problem) or _trouble(request, problem)
    return templates.TemplateResponse(request, template, context, headers=HEADERS)


def _trouble(request: Request, problem: Problem) -> Response:
    template = "country_unknown.html" if problem.status == 404 else "problem.html"
    context = {"detail": problem.detail, "forbidden": problem.status == 403}
    return templates.TemplateResponse(
        request, template, context, status_code=problem.status, headers=HEADERS
    )
