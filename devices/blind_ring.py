"""A record of a link's transfers that keeps their lengths only."""

from devices.link import RawRing


class BlindRing(RawRing):
    """For links whose very bytes are personal: typed keys, a fingerprint template.

    The masking of ``RawRing`` knows letters and digits; a key code or a template is neither.
    """

    def add(self, direction: str, data: bytes) -> None:
        """Record that ``data`` passed and how long it was, and nothing of it."""
        super().add(direction, bytes(len(data)))
