"""HTTP of the fleet: what kiosks say of themselves, and what people see of them."""

from fastapi import APIRouter

from queue_server.fleet.api import alerts, heartbeat, monitor

router = APIRouter(prefix="/api/v1", tags=["fleet"])
for part in (heartbeat, monitor, alerts):
    router.include_router(part.router)
