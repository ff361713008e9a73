"""What goes of signing in when it is over: sessions, known browsers, tries."""

from queue_server.core.ageing import Ageing
from queue_server.staff import tables

# Each by the instant after which it means nothing any more.
SESSIONS = Ageing(tables.sessions, "opened_at")
HALF_SESSIONS = Ageing(tables.half_sessions, "expires_at")
KNOWN_BROWSERS = Ageing(tables.known_browsers, "last_at")
TRIES = Ageing(tables.sign_in_tries, "last_at")
