"""The one place where the network library's exceptions become ours."""

from __future__ import annotations

import requests
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from models.errors import (
    BadAnswer,
    CentreDown,
    CentreSlow,
    LinkLost,
    NotTheCentre,
    ProxyRefused,
    SyncError,
)

# Most specific first: the first class that fits decides.
_KINDS: tuple[tuple[type[Exception], type[SyncError]], ...] = (
    (requests.exceptions.SSLError, NotTheCentre),
    (requests.exceptions.ConnectTimeout, CentreDown),
    (requests.exceptions.Timeout, CentreSlow),
    (requests.exceptions.ProxyError, ProxyRefused),
    (requests.exceptions.ConnectionError, CentreDown),
    (requests.exceptions.ChunkedEncodingError, LinkLost),
    (requests.exceptions.ContentDecodingError, NotTheCentre),
    (requests.exceptions.TooManyRedirects, NotTheCentre),
    (requests.exceptions.InvalidURL, NotTheCentre),
    (requests.exceptions.MissingSchema, NotTheCentre),
    (requests.exceptions.InvalidSchema, NotTheCentre),
    (requests.exceptions.RequestException, BadAnswer),
    # What the library below lets through: an address that can't be one.
    (HTTPError, NotTheCentre),
)
"""A certificate that does not fit is what a Wi-Fi login page in the way looks like."""


def fault_of(error: requests.RequestException | HTTPError) -> SyncError:
    """Our error for one of the library's."""
    # In the middle of an answer the library calls silence a lost connection.
    if any(isinstance(cause, ReadTimeoutError) for cause in error.args):
        return CentreSlow()
    # Once connected, it is no longer "down": a shorter request may well get through.
    if any(isinstance(cause, ProtocolError | ConnectionError) for cause in error.args):
        return LinkLost()
    return next(ours for theirs, ours in _KINDS if isinstance(error, theirs))()
