"""What goes of pairings when they are over."""

from queue_server.core.ageing import Ageing
from queue_server.fleet.pairing.tables import pairings

OVER = Ageing(pairings, "expires_at")
