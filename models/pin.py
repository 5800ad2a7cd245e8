"""The volunteer's PIN: what it may be, and the key that Argon2id makes of it.

The centre derives that key once, when the PIN is set, and hands it to devices; a device derives
it again from what is typed. So the function and its parameters stand here, between the two.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum

from argon2.low_level import Type, hash_secret_raw

PIN_DIGITS = 6
SALT_BYTES = 16
PIN_KEY_BYTES = 32


class PinProblem(StrEnum):
    """Why what was typed can't be a PIN; each has a text ``pin.<value>``."""

    NOT_DIGITS = "not_digits"
    LENGTH = "length"


class PinError(ValueError):
    """What was typed can't be a PIN. ``found`` is how many signs there were, never which."""

    def __init__(self, problem: PinProblem, found: int) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.found = found


@dataclass(frozen=True, slots=True)
class PinParams:
    """Argon2id's costs (RFC 9106): memory in KiB, passes over it, lanes.

    The limits keep a damaged or hostile value from stopping the machine, or from making the PIN
    cheap to guess. Raises ValueError outside them.
    """

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 1

    def __post_init__(self) -> None:
        if not (
            8 <= self.memory_kib <= 1024 * 1024 and 1 <= self.passes <= 16 and 1 <= self.lanes <= 4
        ):
            raise ValueError("Argon2id parameters out of bounds")


PIN_PARAMS = PinParams()
"""What new PINs get: the second choice of RFC 9106 §4 with one lane, since old laptops have few
cores: 0.13 s on a 2.5 GHz server core, about 0.4 s on a ten-year-old laptop."""


def check_pin(typed: str) -> str:
    """The PIN in ``typed``, spaces passed over; raises PinError unless it is six digits."""
    bare = "".join(typed.split())
    if not (bare.isascii() and bare.isdigit()) and bare:
        raise PinError(PinProblem.NOT_DIGITS, len(bare))
    if len(bare) != PIN_DIGITS:
        raise PinError(PinProblem.LENGTH, len(bare))
    return bare


def new_salt() -> bytes:
    """A random salt of 16 bytes, one for each PIN that is set."""
    return os.urandom(SALT_BYTES)


def derive_pin_key(pin: str, salt: bytes, params: PinParams = PIN_PARAMS) -> bytes:
    """Argon2id of a checked PIN: 32 bytes. Takes ``params.memory_kib`` of memory for a moment.

    Raises PinError for what can't be a PIN and ValueError for a salt that is not 16 bytes.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return hash_secret_raw(
        check_pin(pin).encode("ascii"),
        salt,
        time_cost=params.passes,
        memory_cost=params.memory_kib,
        parallelism=params.lanes,
        hash_len=PIN_KEY_BYTES,
        type=Type.ID,
    )
