"""Routes of pages: kept out of the API's description, known to the log by their pattern."""

from __future__ import annotations

from starlette.routing import Match, Route
from starlette.types import Scope


class PageRoute(Route):
    """A route that leaves itself in the request's scope, as FastAPI's own routes do."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether this route answers, and what the request then carries along."""
        match, found = super().matches(scope)
        if match is not Match.NONE:
            found["route"] = self
        return match, found
