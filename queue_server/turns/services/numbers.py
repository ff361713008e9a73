"""Numbers of a series on a local day: taken one by one or as a block, never twice."""

from datetime import date

from sqlalchemy import bindparam, update

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.site import Service

_C = tables.series_counters
_TAKE = Prepared(
    update(_C)
    .where(
        _C.c.site == bindparam("of_site"),
        _C.c.day == bindparam("of_day"),
        _C.c.series == bindparam("of_series"),
    )
    .values(last_number=_C.c.last_number + bindparam("count"))
    .returning(_C.c.last_number)
)


def take_numbers(uow: UnitOfWork, site: str, day: date, service: Service, count: int = 1) -> int:
    """The last of `count` fresh numbers of the service's series.

    Raises Problem 409 when the service's daily quota does not hold that many more.
    """
    keys = {"of_site": site, "of_day": day, "of_series": service.series, "count": count}
    last = _TAKE.scalar(uow.connection, keys)
    if last is None:
        last = _first_of_the_day(uow, site, day, service.series, count)
    if service.daily_quota is not None and last > service.daily_quota:
        words = f"Los turnos de hoy para «{service.name}» se agotaron; vuelva mañana temprano."
        raise Problem(409, "quota_reached", words, service=service.code)
    return last


def _first_of_the_day(uow: UnitOfWork, site: str, day: date, series: str, count: int) -> int:
    put = uow.upsert(_C).values(site=site, day=day, series=series, last_number=count)
    put = put.on_conflict_do_update(
        index_elements=["site", "day", "series"], set_={"last_number": _C.c.last_number + count}
    )
    return uow.connection.execute(put.returning(_C.c.last_number)).scalar_one()
