"""HTTP of issuance, one file for each kind of caller."""

from queue_server.issuance.api import corrections, errands, kiosk, vouchers, window

# Side by side, not one in another: FastAPI looks a route up again at every level.
routers = tuple(part.router for part in (kiosk, vouchers, corrections, window, errands))
