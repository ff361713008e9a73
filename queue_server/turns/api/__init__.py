"""HTTP of the queue, one file for each kind of caller."""

from fastapi import APIRouter

from queue_server.turns.api import admin, admin_calendar, counters, kiosk, phone, room, tickets

router = APIRouter(prefix="/api/v1")
for part in (kiosk, counters, tickets, room, phone, admin, admin_calendar):
    router.include_router(part.router)
