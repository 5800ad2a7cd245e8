"""What a browser holds of somebody's entering, and the token that every form must bring along."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

FIELD = "tanda"
"""The field of a form that holds its token."""
_SESSION, _GUEST = "ksbb_kantor", "ksbb_tamu"
_BYTES = 32


class Cookies:
    """Reads and writes them. ``encrypted``: only over https, and for this host alone."""

    def __init__(self, *, encrypted: bool) -> None:
        self._encrypted = encrypted
        self._prefix = "__Host-" if encrypted else ""

    def session(self, request: Request) -> str:
        """What who has entered holds; empty for who has not."""
        return request.cookies.get(self._prefix + _SESSION, "")

    def guest(self, request: Request) -> str:
        """What anybody holds who opened a form before entering; empty for nobody yet."""
        return request.cookies.get(self._prefix + _GUEST, "")

    def keep_session(self, response: Response, token: str) -> None:
        """From now on the browser is known; it forgets when it is closed."""
        self._keep(response, _SESSION, token)

    def keep_guest(self, response: Response) -> str:
        """A new token for a form that is filled in before entering."""
        token = secrets.token_urlsafe(_BYTES)
        self._keep(response, _GUEST, token)
        return token

    def forget(self, response: Response) -> None:
        """The browser is not known any more."""
        for name in (_SESSION, _GUEST):
            response.delete_cookie(
                self._prefix + name, secure=self._encrypted, httponly=True, samesite="strict"
            )

    def _keep(self, response: Response, name: str, token: str) -> None:
        response.set_cookie(
            self._prefix + name,
            token,
            secure=self._encrypted,
            httponly=True,
            samesite="strict",
        )


def form_token(held: str) -> str:
    """The token of forms that are shown to who holds this; it tells nothing of what is held."""
    return hmac.digest(held.encode(), b"ksbb/form", hashlib.sha256).hex()


def fits(given: str, held: str) -> bool:
    """Whether a form was shown to who sends it."""
    return bool(held) and hmac.compare_digest(given.encode(), form_token(held).encode())
