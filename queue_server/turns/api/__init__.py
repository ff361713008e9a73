"""HTTP of the queue, one file for each kind of caller."""

from queue_server.turns.api import admin, admin_calendar, counters, kiosk, phone, room, tickets

# Side by side, not one in another: FastAPI looks a route up again at every level.
routers = tuple(
    part.router for part in (kiosk, counters, tickets, room, phone, admin, admin_calendar)
)
