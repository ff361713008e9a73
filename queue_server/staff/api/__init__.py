"""HTTP of access: who may ask for what, sign in and out, accounts, displays."""

from fastapi import APIRouter

from queue_server.staff.api import accounts, displays, kiosk_codes, session, sign_in
from queue_server.staff.api.access import (
    AdministratorOf,
    AnyoneSignedIn,
    AuditorOf,
    CashierOf,
    FreshAdministratorOf,
    FreshlyProven,
    ItOf,
    KioskOf,
    PairedOf,
    Public,
    ResolverOf,
    RoomOf,
    SiteOf,
    StaffOf,
    SupervisorOf,
)
from queue_server.staff.api.cookies import COOKIE, DISPLAY_COOKIE

router = APIRouter(tags=["staff"])
for part in (session, sign_in, accounts, displays, kiosk_codes):
    router.include_router(part.router)

__all__ = [
    "COOKIE",
    "DISPLAY_COOKIE",
    "AdministratorOf",
    "AnyoneSignedIn",
    "AuditorOf",
    "CashierOf",
    "FreshAdministratorOf",
    "FreshlyProven",
    "ItOf",
    "KioskOf",
    "PairedOf",
    "Public",
    "ResolverOf",
    "RoomOf",
    "SiteOf",
    "StaffOf",
    "SupervisorOf",
    "router",
]
