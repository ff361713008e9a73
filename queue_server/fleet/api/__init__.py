"""HTTP of the fleet: what kiosks say of themselves, and what people see of them."""

from fastapi import APIRouter

from queue_server.fleet.api import alerts, heartbeat, monitor

router = APIRouter(prefix="/api/v1", tags=["fleet"])
for part in (monitor, alerts):
    router.include_router(part.router)

# What every kiosk asks for all day. Routes are tried in order, and each one that is tried costs: it
# is included before all others.
frequent = APIRouter(prefix="/api/v1", tags=["fleet"])
frequent.include_router(heartbeat.router)
