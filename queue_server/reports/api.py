"""Who may read reports. Their pages need the names of services, so the routes are in `web`."""

from typing import Annotated

from fastapi import Depends

from queue_server.core.desk import Identify
from queue_server.staff.api.access import People
from queue_server.staff.model import Role

READERS = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.IT)
ReadersOf = Annotated[Identify, Depends(People(READERS))]
