"""The slip: a CWT (RFC 8392) in COSE_Sign1 with Ed25519, made by the centre, verified offline.

Claims: 4 ``exp`` and 5 ``nbf`` in whole seconds, 7 ``cti`` the slip number as 5 bytes big-endian,
and the private claim -65537: ``[household, point, stage, package, quantity, …]`` with three more
entries for each further line. No KK number and no name is inside. The protected header carries the
first four bytes of the slip key's id: enough to tell a city's handful of keys apart, and every byte
makes the printed code denser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models import cbor
from models.cose import Purpose, SignatureProblem, Signer, peek_key_id, sign, verify
from models.decide import Slip, SlipProblem
from models.facts import Line

SLIP_KEY_ID_BYTES = 4
_EXP, _NBF, _CTI, _CONTENT = 4, 5, 7, -65537
_CTI_BYTES = 5
MAX_LINES = 4


class NotOurSlip(ValueError):
    """The bytes are no usable slip; ``problem`` says whether they pretend to be one."""

    def __init__(self, problem: SlipProblem) -> None:
        super().__init__(problem.name)
        self.problem = problem


def slip_key_id(public_key_id: bytes) -> bytes:
    """The short id of a slip key, as it stands in the slip."""
    return public_key_id[:SLIP_KEY_ID_BYTES]


def encode_slip(slip: Slip, signer: Signer) -> bytes:
    """``slip`` signed by the centre's slip key: 140 to 160 bytes. Times are cut to seconds."""
    if not 1 <= len(slip.lines) <= MAX_LINES:
        raise ValueError(f"a slip carries 1 to {MAX_LINES} lines, not {len(slip.lines)}")
    content = [slip.household, slip.point]
    for line in slip.lines:
        content += [line.stage, line.package, line.quantity]
    claims = {
        _EXP: slip.valid_until // 1000,
        _NBF: slip.valid_from // 1000,
        _CTI: slip.number.to_bytes(_CTI_BYTES, "big"),
        _CONTENT: content,
    }
    short = Signer(signer.private_key, slip_key_id(signer.key_id))
    return sign(cbor.dumps(claims), short, Purpose.SLIP)


def read_slip(signed: bytes, slip_keys: Mapping[bytes, bytes]) -> Slip:
    """The slip in ``signed``, its signature verified.

    ``slip_keys``: short key id → 32-byte public key. Raises NotOurSlip: FOREIGN for bytes that are
    not even a COSE_Sign1 of our form (a link that merely looks alike), FORGED for one that no key
    we hold signed or whose claims have another form. Validity in time is not judged here;
    ``decide`` does that.
    """
    try:
        peek_key_id(signed)
    except SignatureProblem as error:
        raise NotOurSlip(SlipProblem.FOREIGN) from error
    try:
        payload, _ = verify(signed, slip_keys, Purpose.SLIP)
        return _slip_of(cbor.loads(payload))
    except (SignatureProblem, ValueError, TypeError, LookupError) as error:
        raise NotOurSlip(SlipProblem.FORGED) from error


def _slip_of(claims: Any) -> Slip:
    content = claims[_CONTENT]
    numbers = [*content, claims[_EXP], claims[_NBF]]
    if any(type(number) is not int or not 0 <= number < 1 << 63 for number in numbers):
        raise ValueError("a slip's content is whole numbers")
    household, point, *rest = content
    cti = claims[_CTI]
    if not isinstance(cti, bytes) or len(cti) != _CTI_BYTES:
        raise ValueError("a slip's number is five bytes")
    if not rest or len(rest) % 3 or len(rest) > 3 * MAX_LINES:
        raise ValueError("a slip's content has another length")
    lines = tuple(Line(*rest[i : i + 3]) for i in range(0, len(rest), 3))
    if any(line.quantity < 1 for line in lines):
        raise ValueError("a slip's quantities are at least one")
    return Slip(
        number=int.from_bytes(cti, "big"),
        household=household,
        point=point,
        lines=lines,
        valid_from=claims[_NBF] * 1000,
        valid_until=claims[_EXP] * 1000,
    )
