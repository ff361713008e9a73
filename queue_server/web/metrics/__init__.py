"""The figures of a server for a monitoring system (`GET /metrics`)."""

from queue_server.web.metrics.api import router

__all__ = ["router"]
