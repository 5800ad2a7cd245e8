"""Taking a device's data off this laptop: set aside whole and encrypted, or deleted for good.

What is set aside is a device's folder again: whoever has a PIN can open it, and its records can
still be sent (``ksbb-field sync --folder``). Deleted is only what the centre has signed for.

The vault's file is what makes a folder an enrolled device, so it goes last; a power cut before
leaves a device of which a part has gone, which the next start finishes (``finish_wipe``).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from desktop.device import VAULT_FILE, is_enrolled
from desktop.device_secret import SecretStore, SecretUnavailable
from desktop.log import LOG_FILE
from desktop.private_file import sync_folder
from desktop.settings import SETTINGS_FILE
from desktop.vault_errors import VaultError
from desktop.vault_file import read_contents
from models.field.faults import mapped
from sync.turn import LOCK_FILE

_ASIDE, _DOOMED = "disisihkan-", "dihapus-"
_STAYS = (SETTINGS_FILE, LOCK_FILE, "app.lock", LOG_FILE, f"{LOG_FILE}.1")


def belongings(folder: Path) -> list[Path]:
    """All that belongs to the device in ``folder``, the vault last."""
    found = [
        one
        for one in sorted(folder.iterdir())
        if one.name not in _STAYS and not one.name.startswith((_ASIDE, _DOOMED))
    ]
    return sorted(found, key=lambda one: one.name == VAULT_FILE)


def set_aside(folder: Path) -> Path:
    """Moves the device in ``folder`` into a folder of its own beneath it, and returns that.

    Nobody may have the device open. Raises DataError; what was moved by then is moved, and the rest
    with the next call.
    """
    with mapped():
        aside = _unfinished(folder) or _new(folder)
        aside.mkdir(mode=0o700, exist_ok=True)
        for one in belongings(folder):
            if one.name == VAULT_FILE:
                sync_folder(aside)
            one.replace(aside / one.name)
        for place in (aside, folder):
            sync_folder(place)
    return aside


def delete(aside: Path, stores: Callable[[Path], Sequence[SecretStore]]) -> None:
    """Deletes a device that was set aside, and the secret without which nothing of it opens even
    if a disk gives it back. Raises DataError."""
    with mapped():
        doomed = aside.with_name(aside.name.replace(_ASIDE, _DOOMED))
        aside.replace(doomed)
    _forget_secret(doomed, stores)
    with mapped():
        shutil.rmtree(doomed)


def finish_wipe(folder: Path, stores: Callable[[Path], Sequence[SecretStore]]) -> None:
    """Ends what a power cut interrupted; nothing happens in any other folder. Raises DataError."""
    if not folder.exists():
        return
    if _unfinished(folder) is not None:
        set_aside(folder)
    with mapped():
        for doomed in folder.glob(f"{_DOOMED}*"):
            _forget_secret(doomed, stores)
            shutil.rmtree(doomed)


def _unfinished(folder: Path) -> Path | None:
    if not is_enrolled(folder):
        return None
    return next((one for one in sorted(folder.glob(f"{_ASIDE}*")) if not is_enrolled(one)), None)


def _new(folder: Path) -> Path:
    number = 1
    while any((folder / f"{kind}{number}").exists() for kind in (_ASIDE, _DOOMED)):
        number += 1
    return folder / f"{_ASIDE}{number}"


def _forget_secret(doomed: Path, stores: Callable[[Path], Sequence[SecretStore]]) -> None:
    # A keyring that does not answer keeps a secret that opens nothing any more.
    with suppress(VaultError, SecretUnavailable):
        contents = read_contents(doomed / VAULT_FILE)
        for store in stores(doomed):
            if store.name == contents.secret_store:
                store.forget(contents.secret_account)
