"""COSE_Encrypt to X25519 keys (RFC 9052 §5.1): the one way bytes are closed for somebody here.

The content is encrypted once with a fresh key (A256GCM); that key is wrapped for each recipient by
ECDH-ES + A256KW (RFC 9053 §6.4.1) with an ephemeral key of its own. Written on the primitives of
``cryptography``, because ``cwt`` offers that algorithm for the NIST curves only.

An envelope says nothing of who wrote it: whoever needs to know signs what is around it or inside.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from models import cbor
from models.box_keys import BoxKey
from models.cose import key_id_of

_TAG = 96
_ALG, _KID, _IV = 1, 4, 5
_A256GCM, _A256KW, _ECDH_ES_A256KW = 3, -5, -31
_EPHEMERAL = -1
_KEY_BYTES, _NONCE_BYTES = 32, 12
_CONTENT_HEADER = cbor.dumps({_ALG: _A256GCM})
_RECIPIENT_HEADER = cbor.dumps({_ALG: _ECDH_ES_A256KW})
_NOBODY = [None, None, None]
_KDF_CONTEXT = cbor.dumps([_A256KW, _NOBODY, _NOBODY, [8 * _KEY_BYTES, _RECIPIENT_HEADER]])
"""RFC 9053 §5.2: the parties are told by their keys alone."""
_AAD = cbor.dumps(["Encrypt", _CONTENT_HEADER, b"ksbb/envelope/1"])


class EnvelopeProblem(ValueError):
    """Bytes that are no envelope, or one that was changed on the way."""


class NotForUs(EnvelopeProblem):
    """A well-formed envelope that is closed for other keys."""


def seal(content: bytes, recipients: Sequence[bytes]) -> bytes:
    """``content`` as a tagged COSE_Encrypt that any of ``recipients`` (public keys) can open."""
    if not recipients:
        raise ValueError("an envelope that nobody can open")
    key, nonce = os.urandom(_KEY_BYTES), os.urandom(_NONCE_BYTES)
    closed = AESGCM(key).encrypt(nonce, content, _AAD)
    wrapped = [_wrap(key, public_key) for public_key in recipients]
    return cbor.dumps(cbor2.CBORTag(_TAG, [_CONTENT_HEADER, {_IV: nonce}, closed, wrapped]))


def unseal(envelope: bytes, key: BoxKey) -> bytes:
    """The content of ``envelope``, opened with a recipient's key.

    Raises NotForUs when it is closed for other keys, EnvelopeProblem for all else that is wrong.
    """
    nonce, closed, recipients = _parts(envelope)
    if key.key_id not in recipients:
        raise NotForUs("closed for other keys")
    ephemeral, wrapped = recipients[key.key_id]
    try:
        mine = X25519PrivateKey.from_private_bytes(key.private_key)
        content_key = aes_key_unwrap(_shared(mine, ephemeral), wrapped)
        return AESGCM(content_key).decrypt(nonce, closed, _AAD)
    except (InvalidUnwrap, InvalidTag, ValueError) as error:
        raise EnvelopeProblem("changed on the way") from error


def is_usable(public_key: bytes) -> bool:
    """Whether something can be closed for this key: not for one of a few that would make every
    secret the same (RFC 7748 §6.1)."""
    try:
        _shared(X25519PrivateKey.generate(), public_key)
    except ValueError:
        return False
    return True


def recipients_of(envelope: bytes) -> tuple[bytes, ...]:
    """The ids of the keys that can open ``envelope``; raises EnvelopeProblem."""
    return tuple(_parts(envelope)[2])


def _wrap(key: bytes, public_key: bytes) -> list[Any]:
    ephemeral = X25519PrivateKey.generate()
    shared = _shared(ephemeral, public_key)
    cose_key = {1: 1, -1: 4, -2: ephemeral.public_key().public_bytes_raw()}
    header = {_KID: key_id_of(public_key), _EPHEMERAL: cose_key}
    return [_RECIPIENT_HEADER, header, aes_key_wrap(shared, key)]


def _shared(private: X25519PrivateKey, public_key: bytes) -> bytes:
    secret = private.exchange(X25519PublicKey.from_public_bytes(public_key))
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=_KDF_CONTEXT).derive(secret)


def _parts(envelope: bytes) -> tuple[bytes, bytes, dict[bytes, tuple[bytes, bytes]]]:
    """(nonce, closed content, key id → (ephemeral key, wrapped key)) of the one form used."""
    try:
        tagged = cbor.loads(envelope)
    except cbor.CborError as error:
        raise EnvelopeProblem("not CBOR") from error
    match tagged:
        case cbor2.CBORTag(
            tag=96,
            value=[bytes(header), {5: bytes(nonce), **others}, bytes(closed), list(recipients)],
        ) if header == _CONTENT_HEADER and not others and len(nonce) == _NONCE_BYTES:
            return nonce, closed, dict(_recipient(one) for one in recipients)
    raise EnvelopeProblem("not the COSE_Encrypt form used here")


def _recipient(plain: Any) -> tuple[bytes, tuple[bytes, bytes]]:
    match plain:
        case [
            bytes(header),
            {4: bytes(key_id), -1: {1: 1, -1: 4, -2: bytes(ephemeral)}},
            bytes(wrapped),
        ] if header == _RECIPIENT_HEADER and len(ephemeral) == _KEY_BYTES:
            return key_id, (ephemeral, wrapped)
    raise EnvelopeProblem("not a recipient of the form used here")
