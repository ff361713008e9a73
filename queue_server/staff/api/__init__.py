"""HTTP of access: who may ask for what, sign in and out, accounts, displays."""

from fastapi import APIRouter

from queue_server.staff.api import accounts, displays, kiosk_codes, session
from queue_server.staff.api.access import (
    COOKIE,
    DISPLAY_COOKIE,
    AdministratorOf,
    AnyoneSignedIn,
    AuditorOf,
    CashierOf,
    ItOf,
    KioskOf,
    Public,
    ResolverOf,
    RoomOf,
    StaffOf,
    SupervisorOf,
)

router = APIRouter(tags=["staff"])
for part in (session, accounts, displays, kiosk_codes):
    router.include_router(part.router)

__all__ = [
    "COOKIE",
    "DISPLAY_COOKIE",
    "AdministratorOf",
    "AnyoneSignedIn",
    "AuditorOf",
    "CashierOf",
    "ItOf",
    "KioskOf",
    "Public",
    "ResolverOf",
    "RoomOf",
    "StaffOf",
    "SupervisorOf",
    "router",
]
