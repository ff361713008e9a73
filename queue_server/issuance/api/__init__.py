"""HTTP of issuance, one file for each kind of caller."""

from queue_server.issuance.api import (
    cash,
    corrections,
    errands,
    followed,
    kiosk,
    returns,
    vouchers,
    wallets,
    window,
)

# Side by side, not one in another: FastAPI looks a route up again at every level.
routers = tuple(
    part.router
    for part in (kiosk, cash, vouchers, wallets, returns, corrections, followed, window, errands)
)
