"""PURE: what is seen on the LAN, and how it stands to us. All of it is a stranger's word."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class InstanceRole(StrEnum):
    """What a discovered instance says it is."""

    KIOSK = "kiosk"
    SERVER = "server"
    PRINTER = "printer"


class Standing(StrEnum):
    """A kiosk as the network and the credentials see it."""

    KNOWN_VISIBLE = "known_visible"
    KNOWN_UNSEEN = "known_unseen"
    UNREGISTERED = "unregistered"


class Tie(StrEnum):
    """Whether something on the LAN is ours."""

    PAIRED = "paired"
    NOT_PAIRED = "not_paired"
    NOT_OURS = "not_ours"


@dataclass(frozen=True)
class Instance:
    """A service instance seen on the LAN."""

    name: str
    role: InstanceRole
    host: str
    addresses: tuple[str, ...]
    port: int
    properties: Mapping[str, str]

    @property
    def device_name(self) -> str:
        """The name the machine gives itself: TXT `code`, else its instance name."""
        return self.properties.get("code", self.name)


def standings(known: Iterable[str], visible: Iterable[str]) -> dict[str, Standing]:
    """Every kiosk that holds a credential or is seen on the LAN: name -> how it stands."""
    registered, seen = set(known), set(visible)
    return {
        name: Standing.UNREGISTERED
        if name not in registered
        else (Standing.KNOWN_VISIBLE if name in seen else Standing.KNOWN_UNSEEN)
        for name in sorted(registered | seen)
    }


def tie(
    instance: Instance, site: str, paired: Collection[str], in_use: Collection[str] = ()
) -> Tie:
    """How `instance` belongs to `site`. `paired`: kiosks with a credential; `in_use`: addresses
    our kiosks print to. A kiosk or server that names another site is not ours."""
    named = instance.properties.get("site", site)
    match instance.role:
        case InstanceRole.PRINTER:
            return Tie.PAIRED if set(instance.addresses) & set(in_use) else Tie.NOT_OURS
        case InstanceRole.SERVER:
            return Tie.PAIRED if named == site else Tie.NOT_OURS
        case InstanceRole.KIOSK if named != site:
            return Tie.NOT_OURS
        case InstanceRole.KIOSK:
            return Tie.PAIRED if instance.device_name in paired else Tie.NOT_PAIRED


def claimed_twice(visible: Iterable[Instance]) -> frozenset[str]:
    """Codes that more than one kiosk on the LAN says it has."""
    codes = Counter(each.device_name for each in visible if each.role is InstanceRole.KIOSK)
    return frozenset(code for code, count in codes.items() if count > 1)


def moved(before: Collection[str], after: Collection[str]) -> bool:
    """Whether it answers elsewhere: none of the addresses is one it had. One more is no move."""
    return bool(before) and bool(after) and not set(before) & set(after)
