"""How other institutions say the same: their words for done, no data and everything else."""

from collections.abc import Callable, Mapping

from queue_server.issuance.sandbox import codes

# Old PNP errors are 101 to 107; which is which was never published, so each code keeps to one.
_PNP_ERRORS = tuple(str(number) for number in range(101, 108))


def _judiciary(code: str) -> str:
    """Poder Judicial: done is 0001, by one of its clients; no data is then ours for done."""
    return {codes.DONE: "0001", codes.NO_DATA: "0000"}.get(code, code)


def _old_police(code: str) -> str:
    """PNP before: done is 1, no data 0, the rest three digits."""
    known = {codes.DONE: "1", codes.NO_DATA: "0"}
    return known.get(code) or _PNP_ERRORS[int(code) % len(_PNP_ERRORS)]


def _as_ours(code: str) -> str:
    """RENIEC and Migraciones: done is 0000, as here."""
    return code


DIALECTS: Mapping[str, Callable[[str], str]] = {
    "reniec": _as_ours,
    "migraciones": _as_ours,
    "poder_judicial": _judiciary,
    "pnp": _old_police,
}
