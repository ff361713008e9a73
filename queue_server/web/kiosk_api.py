"""What the site offers a kiosk now: a kiosk shows only what can be finished."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from queue_server.config import ServerConfig
from queue_server.core.desk import DeskOf
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions import service as actions
from queue_server.issuance.services.applications import fee_today
from queue_server.payments.adapters.gateway import WatchedGateway
from queue_server.staff.api import KioskOf
from queue_server.turns.services import queries
from queue_server.turns.services.rules import site_rules

router = APIRouter(prefix="/api/v1", tags=["kiosk"])


class ServiceWordsBody(BaseModel):
    """A service in another language; what is empty is said in Spanish."""

    name: str
    needs: str


class ServiceBody(BaseModel):
    """One service; `kind` is `turn` or `certificate`. `needs`: the site's sentence about it.

    `words`: en, qu, ay -> the same in that language, where the site has it.
    """

    code: str
    name: str
    series: str
    kind: str
    needs: str
    words: dict[str, ServiceWordsBody]


class SignedBody(BaseModel):
    """Something this kiosk is told to do: the words as they were signed, and the signature
    (Ed25519, hexadecimal)."""

    body: str
    signature: str


class OfferBody(BaseModel):
    """What can be had here now. `fee_centimos` is null where nothing is sold.

    `wallet`: a wallet can pay now. `complaints`: the site's words about its complaint book.
    `action`: what this kiosk is told to do and has not taken yet.
    """

    site_name: str
    services: list[ServiceBody]
    backend: bool
    fee_centimos: int | None
    public_address: bool
    wallet: bool
    complaints: str
    action: SignedBody | None


@router.get("/offer", response_model=OfferBody)
async def offer(request: Request, desk: DeskOf, who: KioskOf) -> OfferBody:
    """The site's name, its services, and what a kiosk may promise."""
    config: ServerConfig = request.app.state.config
    wallet: WatchedGateway | None = request.app.state.wallet

    def read(uow: UnitOfWork, actor: Actor) -> OfferBody:
        return OfferBody(
            site_name=queries.site_name(uow, actor.site),
            services=[
                ServiceBody(
                    code=each.code,
                    name=each.name,
                    series=each.series,
                    kind=each.kind,
                    needs=each.needs,
                    words={
                        language: ServiceWordsBody(name=said.name, needs=said.needs)
                        for language, said in each.words.items()
                    },
                )
                for each in queries.kiosk_services(site_rules(uow, actor.site))
            ],
            backend=request.app.state.health.up,
            fee_centimos=fee_today(uow, actor.site),
            public_address=config.public_address is not None,
            wallet=wallet is not None and wallet.up,
            complaints=site_rules(uow, actor.site).complaints,
            action=_action(uow, actor),
        )

    return await desk.look(who, read)


def _action(uow: UnitOfWork, kiosk: Actor) -> SignedBody | None:
    found = actions.pending(uow, kiosk)
    return found and SignedBody(body=found.body, signature=found.signature.hex())
