"""Why the vault did not open or could not be written.

VaultError
├── WrongPin  PinLocked  UnknownVolunteer          the person
├── SecretLost  SecretSilent                       the device's secret
└── VaultMissing  VaultDamaged  VaultNewer  VaultExists  VaultInaccessible    the file
"""

from __future__ import annotations

from models.errors import KsbbError


class VaultError(KsbbError):
    """The database's key could not be had; the database itself is untouched."""

    code = "vault"


class WrongPin(VaultError):
    """Not this volunteer's PIN; so many attempts are left before a wait."""

    code = "wrong_pin"

    def __init__(self, attempts_left: int) -> None:
        super().__init__(attempts=attempts_left)
        self.attempts_left = attempts_left


class PinLocked(VaultError):
    """Too many wrong PINs; the next attempt is taken after so many seconds."""

    code = "pin_locked"

    def __init__(self, seconds_left: int) -> None:
        super().__init__(seconds=seconds_left)
        self.seconds_left = seconds_left


class UnknownVolunteer(VaultError):
    """No PIN of this volunteer is known here (any more)."""

    code = "unknown_volunteer"


class SecretLost(VaultError):
    """The device's secret is gone or another one: no PIN can open this vault again."""

    code = "secret_lost"


class SecretSilent(VaultError):
    """The keyring that holds the device's secret did not give it: locked, or not answering."""

    code = "secret_silent"


class VaultMissing(VaultError):
    """This device is not enrolled, or the vault's file was moved."""

    code = "vault_missing"


class VaultDamaged(VaultError):
    """The vault's file is not what was written."""

    code = "vault_damaged"


class VaultNewer(VaultError):
    """A newer version of the app wrote the vault."""

    code = "vault_newer"


class VaultExists(VaultError):
    """This device has a vault already."""

    code = "vault_exists"


class VaultInaccessible(VaultError):
    """The vault's file could not be read or written (rights, read-only folder, disk gone)."""

    code = "vault_inaccessible"
