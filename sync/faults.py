"""The one place where the network library's exceptions become ours."""

from __future__ import annotations

import requests

from models.errors import BadAnswer, CentreDown, CentreSlow, NotTheCentre, SyncError

# Most specific first: the first class that fits decides.
_KINDS: tuple[tuple[type[requests.RequestException], type[SyncError]], ...] = (
    (requests.exceptions.SSLError, NotTheCentre),
    (requests.exceptions.ConnectTimeout, CentreDown),
    (requests.exceptions.Timeout, CentreSlow),
    (requests.exceptions.ConnectionError, CentreDown),
    (requests.exceptions.ChunkedEncodingError, CentreDown),
    (requests.exceptions.ContentDecodingError, NotTheCentre),
    (requests.exceptions.TooManyRedirects, NotTheCentre),
    (requests.exceptions.InvalidURL, NotTheCentre),
    (requests.exceptions.MissingSchema, NotTheCentre),
    (requests.exceptions.InvalidSchema, NotTheCentre),
    (requests.exceptions.RequestException, BadAnswer),
)
"""A certificate that does not fit is what a Wi-Fi login page in the way looks like."""


def fault_of(error: requests.RequestException) -> SyncError:
    """Our error for one of the library's."""
    return next(ours for theirs, ours in _KINDS if isinstance(error, theirs))()
