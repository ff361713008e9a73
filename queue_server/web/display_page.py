"""The board in the waiting room: its page, its spoken calls and the media beside the calls."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import BaseModel

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import Public, RoomOf
from queue_server.turns.services.rules import site_rules
from queue_server.web.adapters.espeak import EspeakVoice
from queue_server.web.media import MEDIA_NAME, MediaFolder, MediaKind
from queue_server.web.pages import HEADERS, templates
from queue_server.web.spoken import spoken_call

router = APIRouter(tags=["display"])

# A picture opened by itself must not act: an SVG may hold a script.
_MEDIA_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "private, max-age=300",
    "X-Content-Type-Options": "nosniff",
}


@router.get("/display", include_in_schema=False, dependencies=[Public])
async def display(request: Request, desk: DeskOf) -> Response:
    """The board. A page only shows: what it asks for is checked by each api."""
    site: str = request.app.state.site

    def read(uow: UnitOfWork) -> dict[str, str]:
        rules = site_rules(uow, site)
        return {
            "site_name": rules.name,
            "zone": rules.zone,
            "build": build(),
        }

    try:
        context = await desk.database.look(read)
    except Problem as problem:  # nobody stands at a display to reload it: this page does itself
        context = {"detail": problem.detail}
        return templates.TemplateResponse(
            request, "problem.html", context, status_code=problem.status, headers=HEADERS
        )
    return templates.TemplateResponse(request, "display.html", context, headers=HEADERS)


class MediaBody(BaseModel):
    """A picture or a silent film for the panel beside the calls."""

    url: str
    kind: MediaKind


class PanelBody(BaseModel):
    """What a display shows around the calls; a new `build` asks it to load itself anew."""

    build: str
    media: list[MediaBody]


@router.get("/api/v1/display/panel", response_model=PanelBody)
async def panel(request: Request, desk: DeskOf, who: RoomOf) -> PanelBody:
    """The media folder, in the order of its names, and the build of the pages."""
    await desk.look(who, lambda _, actor: actor)
    media = [
        MediaBody(url=f"/display/media/{each.name}", kind=each.kind)
        for each in _media(request).listed()
    ]
    return PanelBody(build=build(), media=media)


@router.get("/display/media/{name}", include_in_schema=False, response_class=FileResponse)
async def media_file(
    request: Request, desk: DeskOf, who: RoomOf, name: Annotated[str, InPath(pattern=MEDIA_NAME)]
) -> FileResponse:
    """One file of the media folder; parts of it by Range."""
    await desk.look(who, lambda _, actor: actor)
    found = _media(request).find(name)
    if found is None:
        raise Problem(404, "unknown_media", "Este archivo no está en la carpeta de la pantalla.")
    return FileResponse(found.path, media_type=found.media_type, headers=_MEDIA_HEADERS)


@router.get(
    "/api/v1/voice/{number}/{counter}.wav",
    response_class=Response,
    responses={200: {"content": {"audio/wav": {}}}},
)
async def voice(
    request: Request,
    desk: DeskOf,
    who: RoomOf,
    number: Annotated[str, InPath(pattern=r"^[A-ZÑ]{1,3}-[0-9]{1,5}$")],
    counter: Annotated[str, InPath(pattern=r"^[A-Za-z0-9_-]{1,20}$")],
) -> Response:
    """The call of `number` to `counter`, spoken; 503 `no_voice` without a synthesiser."""

    def read(uow: UnitOfWork, actor: Actor) -> str | None:
        known = site_rules(uow, actor.site).counters.get(counter)
        return known and known.name

    name = await desk.look(who, read)
    if name is None:
        raise Problem(404, "unknown_counter", "Esta ventanilla no existe; elija otra.")
    speaker: EspeakVoice = request.app.state.voice
    wav = await speaker.say(spoken_call(number, name))
    headers = {"Cache-Control": "private, max-age=600", "X-Content-Type-Options": "nosniff"}
    return Response(wav, media_type="audio/wav", headers=headers)


def _media(request: Request) -> MediaFolder:
    return MediaFolder(getattr(request.app.state.config, "media_folder", None))


@router.get(
    "/display/typeface.ttf",
    dependencies=[Public],
    include_in_schema=False,
    response_class=FileResponse,
)
async def typeface_file() -> FileResponse:
    """The house's typeface, so that a television without fonts looks as it should."""
    path = typeface()
    if path is None:
        raise Problem(404, "no_typeface", "Este servidor no tiene la tipografía de la casa.")
    headers = {"Cache-Control": "public, max-age=604800", "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type="font/ttf", headers=headers)


@cache
def typeface() -> Path | None:
    """Inter as an installed package brings it; None without one, the system's is used then."""
    try:
        import fontpkg
    except ImportError:
        return None
    try:
        return fontpkg.path("Inter")
    except fontpkg.FontpkgError:
        return None


@cache
def build() -> str:
    """A word for what the pages are made of; it changes with every deploy that changes them."""
    digest = hashlib.sha256()
    for folder in ("static", "templates"):
        for path in sorted((Path(__file__).parent / folder).iterdir()):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
