"""HTTP of money that is owed, one file for each thing a kiosk or a window speaks of."""

from queue_server.payments.api import (
    box_page,
    boxes,
    claims,
    day_close,
    doubts,
    emptyings,
    followed,
    returns,
)

# Side by side, not one in another: FastAPI looks a route up again at every level.
routers = tuple(
    part.router
    for part in (claims, followed, doubts, returns, boxes, box_page, emptyings, day_close)
)
