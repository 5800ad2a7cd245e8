"""What every test stands on: no screen, no keyring of the developer's own, a browser if any."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports Qt or keyring.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

# No deadline: a busy machine is not a bug. What failed is printed so that it can be repeated.
settings.register_profile("dev", deadline=None, max_examples=40, print_blob=True)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=150,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that starts; skips, saying so in one line, where there is none."""
    for name in _BROWSERS:
        path = shutil.which(name)
        # Ubuntu's stub is there and does nothing but ask for a snap.
        if path and subprocess.run([path, "--version"], capture_output=True, check=False).stdout:
            from playwright.sync_api import expect

            expect.set_options(timeout=60_000)  # a page may take its time on a busy machine
            return path
    pytest.skip("no Chromium on this machine: browser tests need one (see make setup)")
