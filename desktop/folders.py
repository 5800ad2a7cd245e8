"""Where this machine's device lies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path

FOLDER_VARIABLE = "KSBB_FIELD_FOLDER"


def usual_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """``KSBB_FIELD_FOLDER``, or the system's place for the data of an app."""
    named = environment.get(FOLDER_VARIABLE)
    return Path(named) if named else user_data_path("ksbb-lapangan", appauthor=False)
