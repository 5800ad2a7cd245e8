"""Signatures, the PIN's key and the system's keyring."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import argon2

from desktop.selftest.expect import NotAsItShould, expect
from desktop.threads import within
from models.cose import Purpose, SignatureProblem, Signer, sign, verify
from models.pin import PinParams, derive_pin_key

_BACKENDS = {
    "linux": ("keyring.backends.SecretService", "secretstorage", "jeepney.io.blocking"),
    "win32": ("keyring.backends.Windows", "win32ctypes.pywin32.win32cred"),
    "darwin": ("keyring.backends.macOS",),
}
"""What the keyring of each system is reached by; each is looked up by name, so that a bundle may
lack it and say nothing."""
_PATIENCE_S = 10.0
_COSTS = PinParams(memory_kib=64, passes=1, lanes=1)
_KEY = "8690aca49c94d0beaca4f6669cebe9b5acdf625c8f5c91a0d13fa3a7f4ab7908"


def signing(_folder: Path) -> str:
    """Ed25519 in COSE: what was signed is read back, what was altered is refused."""
    signer = Signer.generate()
    keys = {signer.key_id: signer.public_key}
    signed = sign(b"ksbb", signer, Purpose.RECEIPT)
    expect(verify(signed, keys, Purpose.RECEIPT) == (b"ksbb", signer.key_id), "read otherwise")
    altered = signed[:-1] + bytes([signed[-1] ^ 1])
    try:
        verify(altered, keys, Purpose.RECEIPT)
    except SignatureProblem:
        return "Ed25519"
    raise NotAsItShould("an altered signature passes")


def pin(_folder: Path) -> str:
    """Argon2id gives the key that it always gave."""
    key = derive_pin_key("123456", bytes(range(16)), _COSTS)
    expect(key.hex() == _KEY, f"another key: {key.hex()}")
    return f"Argon2id, argon2-cffi {argon2.__version__}"


def keyring(_folder: Path) -> str:
    """The system's keyring is within reach, or there is none here and a file stands in for it."""
    for name in _BACKENDS.get(sys.platform, ()):
        import_module(name)

    def ask() -> tuple[str, float]:
        import keyring as system

        backend = system.get_keyring()
        return backend.name, float(backend.priority)

    name, priority = within(_PATIENCE_S, ask)
    return name if priority >= 1 else f"{name}: FileStore"
