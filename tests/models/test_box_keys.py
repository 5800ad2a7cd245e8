"""A device's box key follows from its feed's key and from nothing else."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from models.box_keys import BoxKey
from models.cose import Signer

SIGNER = Signer.of(b"\x03" * 32, 16)


def test_the_box_key_of_a_feed_is_the_same_for_ever() -> None:
    key = BoxKey.of_feed(SIGNER)
    # HKDF-SHA256 without salt, info "ksbb/box/1", by another implementation.
    assert (
        key.private_key.hex() == "8030812a30ccc2a2210053ddfcd026ba9789da3173ae9e07521fd24b2cd30ce9"
    )
    assert key == BoxKey.of_feed(SIGNER)
    assert key != BoxKey.of_feed(Signer.of(b"\x04" * 32, 16))


def test_both_sides_come_to_one_secret() -> None:
    key, other = BoxKey.of_feed(SIGNER), X25519PrivateKey.generate()
    theirs = other.exchange(X25519PublicKey.from_public_bytes(key.public_key))
    ours = X25519PrivateKey.from_private_bytes(key.private_key).exchange(other.public_key())
    assert ours == theirs


def test_the_private_key_is_in_no_repr() -> None:
    key = BoxKey.of_feed(SIGNER)
    assert repr(key.private_key) not in repr(key)
