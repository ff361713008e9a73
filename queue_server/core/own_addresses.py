"""The addresses of this machine's network cards."""

import ifaddr


def own_addresses() -> list[str]:
    """Every IPv4 address of this machine, loopback included. Raises OSError."""
    cards = ifaddr.get_adapters()
    return sorted({str(each.ip) for card in cards for each in card.ips if each.is_IPv4})
