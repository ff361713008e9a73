"""“El país”: every site at the centre, on one page and one by one."""

from fastapi import APIRouter

from queue_server.hub.api import country as country_api
from queue_server.staff.api import Public
from queue_server.web import display_page
from queue_server.web.country import pages

router = APIRouter()
router.include_router(country_api.router)
router.include_router(pages.router)
# The house's typeface has one address, at a site and here.
router.add_api_route(
    "/display/typeface.ttf",
    display_page.typeface_file,
    include_in_schema=False,
    dependencies=[Public],
)
