"""X25519 keys to which boxes are sealed: a device's follows from its feed's key, so that none has
to be kept beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.cose import Signer, key_id_of

BOX_KEY_BYTES = 32
_INFO = b"ksbb/box/1"


@dataclass(frozen=True)
class BoxKey:
    """An X25519 private key (32 bytes) that opens boxes."""

    private_key: bytes = field(repr=False)

    @classmethod
    def of_feed(cls, signer: Signer) -> BoxKey:
        """The box key of the device that writes a feed: derived, because a key that signs should
        not do another job as it is (RFC 7748 keys are of another form anyway)."""
        hkdf = HKDF(SHA256(), BOX_KEY_BYTES, salt=None, info=_INFO)
        return cls(hkdf.derive(signer.private_key))

    @property
    def public_key(self) -> bytes:
        """What is told to others (32 bytes)."""
        return X25519PrivateKey.from_private_bytes(self.private_key).public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        """Eight bytes by which the public key is known."""
        return key_id_of(self.public_key)
