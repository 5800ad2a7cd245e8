"""Facts as columns, as they travel in a segment: one table a *shape*, a column for each body key.

``[shapes, order, at, actor, session, [columns of shape 0, …]]``. A shape is ``[kind, [keys]]``, the
keys those of the body; ``[kind, null]`` is for a body that is no map of integers (one column of
bodies), ``[null, null]`` for a fact whose bytes this version could not write again (one column of
byte strings).

Tens of thousands of facts pass here a second, so nothing is done fact by fact that can be done
column by column: deterministic CBOR of an array is the encodings of its parts, one behind the
other, and a column's values are encoded, or found to be what a known kind holds, in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from models import cbor, columns, facts
from models.facts import Fact

_ARRAY, _MAP = 4, 5
"""CBOR's major types."""
_WIDE = 1 << 32
"""Integers from here to 2**64 are nine bytes long."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The facts of one shape: their places among all, and their parts by column. ``keys`` None: one
    column of whole bodies; ``kind`` None too: of whole facts."""

    kind: Any
    keys: tuple[Any, ...] | None
    places: Sequence[int]
    heads: Sequence[Sequence[Any]]
    bodies: Sequence[Sequence[Any]]


# --- out -------------------------------------------------------------------------------------


def pack_facts(encoded: Sequence[bytes]) -> list[Any]:
    """The columns of ``encoded`` facts, from which ``unpack_facts`` gives the same bytes."""
    plains = _loads(encoded)
    odd = _odd(plains)
    heads, shapes = _shapes(encoded, plains, odd)
    unlike = _unlike(encoded, shapes)
    if unlike:
        heads, shapes = _shapes(encoded, plains, odd | unlike)
    order = [0] * len(encoded)
    for index, shape in enumerate(shapes):
        for place in shape.places:
            order[place] = index
    return [
        [[shape.kind, None if shape.keys is None else list(shape.keys)] for shape in shapes],
        columns.pack(order),
        *map(columns.pack, heads),
        [[columns.pack(column) for column in shape.bodies] for shape in shapes],
    ]


def _loads(encoded: Sequence[bytes]) -> list[Any]:
    """What the facts say; None for one that is no CBOR. That each was read from its own bytes is
    seen when it is written again."""
    try:
        together: list[Any] = cbor.loads(cbor.head(_ARRAY, len(encoded)) + b"".join(encoded))
    except cbor.CborError:
        return [_load(fact) for fact in encoded]
    return together


def _load(fact: bytes) -> Any:
    try:
        return cbor.loads(fact)
    except cbor.CborError:
        return None


def _odd(plains: Sequence[Any]) -> set[int]:
    """The places of what isn't ``[kind, at, actor, session, body]``."""
    if set(map(type, plains)) == {list} and set(map(len, plains)) == {5}:
        *heads, _ = zip(*plains, strict=True)
        if all([set(map(type, head)) == {int} for head in heads]):
            return set()
    return {place for place, plain in enumerate(plains) if not _is_fact_array(plain)}


def _is_fact_array(plain: Any) -> bool:
    return (
        isinstance(plain, list)
        and len(plain) == 5
        and all([type(part) is int for part in plain[:4]])
    )


def _shapes(
    encoded: Sequence[bytes], plains: Sequence[Any], odd: set[int]
) -> tuple[list[list[int]], list[_Shape]]:
    """The columns ``at``, ``actor`` and ``session``, and the facts sorted into shapes; those at
    ``odd`` places go as their bytes."""
    if odd:
        plains = [
            [None, 0, 0, 0, encoded[place]] if place in odd else plain
            for place, plain in enumerate(plains)
        ]
    kinds, *columns_, bodies = zip(*plains, strict=True)
    heads = list(map(list, columns_))
    found: dict[tuple[Any, Any], tuple[list[int], list[Any]]] = {}
    for place, (kind, body) in enumerate(zip(kinds, bodies, strict=True)):
        keys, row = None, (body,)
        if isinstance(body, dict) and set(map(type, body)) <= {int}:
            keys, row = tuple(body), tuple(body.values())
        places, rows = found.setdefault((kind, keys), ([], []))
        places.append(place)
        rows.append(row)
    return heads, [
        _Shape(kind, keys, places, _at(places, heads), list(map(list, zip(*rows, strict=True))))
        for (kind, keys), (places, rows) in found.items()
    ]


def _at(places: Sequence[int], heads: Sequence[Sequence[int]]) -> list[list[int]]:
    return [[head[place] for place in places] for head in heads]


def _unlike(encoded: Sequence[bytes], shapes: Sequence[_Shape]) -> set[int]:
    """The places of facts that a reader would write otherwise than they are."""
    unlike: set[int] = set()
    most = sum(map(len, encoded))
    for shape in shapes:
        try:
            written = _written(shape, most)
        except (cbor.CborError, columns.ColumnError):
            unlike.update(shape.places)
        else:
            pairs = zip(shape.places, written, strict=True)
            unlike.update(place for place, fact in pairs if fact != encoded[place])
    return unlike


# --- in --------------------------------------------------------------------------------------


def unpack_facts(packed: Any, count: int, most: int) -> tuple[tuple[bytes, ...], tuple[Fact, ...]]:
    """The ``count`` facts in ``packed``: their bytes, ``most`` of them, and what they say, as
    ``facts.interpret`` would read it there. Raises ColumnError or CborError."""
    shapes = _read_shapes(packed, count)
    encoded: list[bytes] = [b""] * count
    said: list[Fact] = [_NOTHING] * count
    for shape in shapes:
        written = _written(shape, most)
        most -= sum(map(len, written))
        meant = _said(shape) or map(facts.interpret, written)
        for place, fact, saying in zip(shape.places, written, meant, strict=True):
            encoded[place] = fact
            said[place] = saying
    return tuple(encoded), tuple(said)


_NOTHING = facts.interpret(b"")


def _read_shapes(packed: Any, count: int) -> list[_Shape]:
    match packed:
        case [list(shapes), order_column, at_column, actor_column, session_column, list(bodies)]:
            pass
        case _:
            raise columns.ColumnError("not the columns of facts")
    order = columns.unpack(order_column, count)
    heads = [columns.unpack(c, count) for c in (at_column, actor_column, session_column)]
    if len(shapes) != len(bodies) or any(
        [type(index) is not int or not 0 <= index < len(shapes) for index in order]
    ):
        raise columns.ColumnError("a shape is missing")
    places: list[list[int]] = [[] for _ in shapes]
    for place, index in enumerate(order):
        places[index].append(place)
    return [
        _read_shape(shape, of_shape, at, _at(at, heads))
        for shape, of_shape, at in zip(shapes, bodies, places, strict=True)
    ]


def _read_shape(
    shape: Any, packed: Any, places: Sequence[int], heads: Sequence[Sequence[Any]]
) -> _Shape:
    match shape:
        case [kind, None]:
            keys = None
        case [int(kind), list(numbers)] if all([isinstance(key, int) for key in numbers]):
            keys = tuple(numbers)
        case _:
            raise columns.ColumnError("not a shape")
    if not isinstance(packed, list) or len(packed) != (1 if keys is None else len(keys)):
        raise columns.ColumnError("a shape's columns are missing")
    bodies = [columns.unpack(column, len(places)) for column in packed]
    if kind is None and not all([isinstance(value, bytes) for value in bodies[0]]):
        raise columns.ColumnError("a fact is a byte string")
    if keys is not None and len(set(keys)) < len(keys):  # the last of several says what holds
        bodies = [[dict(zip(keys, row, strict=True)) for row in zip(*bodies, strict=True)]]
        keys = None
    return _Shape(kind, keys, places, heads, bodies)


def _said(shape: _Shape) -> list[Fact] | None:
    """What the facts of a shape say; None where they must be looked at one by one."""
    if shape.keys is None or any([set(map(type, head)) != {int} for head in shape.heads]):
        return None
    bodies = facts.read_bodies(shape.kind, shape.keys, shape.bodies, len(shape.places))
    if bodies is None:
        return None
    return facts.filled(Fact, [*shape.heads, bodies], len(bodies))


# --- both ways -------------------------------------------------------------------------------


def _written(shape: _Shape, most: int) -> list[bytes]:
    """The facts of a shape as deterministic CBOR, of ``most`` bytes together."""
    if shape.kind is None:
        return list(shape.bodies[0])
    encode = cbor.encoder()
    count = len(shape.places)
    parts: list[bytes | list[bytes]] = [cbor.head(_ARRAY, 5) + encode(shape.kind)]
    parts += [_encoded(head, encode) for head in shape.heads]
    if shape.keys is None:
        parts.append(_encoded(shape.bodies[0], encode))
    else:
        parts.append(cbor.head(_MAP, len(shape.keys)))
        by_key = zip(map(encode, shape.keys), shape.bodies, strict=True)
        for key, column in sorted(by_key, key=lambda pair: (len(pair[0]), pair[0])):
            parts += [key, _encoded(column, encode)]
    # A constant may be long and stand in each of thousands: counted before it is repeated.
    if sum(count * len(p) if isinstance(p, bytes) else sum(map(len, p)) for p in parts) > most:
        raise columns.ColumnError("the facts are too long for a segment")
    rows = zip(
        *[repeat(p, count) if isinstance(p, bytes) else p for p in _joined(parts)], strict=True
    )
    return list(map(b"".join, rows))


def _encoded(values: Sequence[Any], encode: Callable[[Any], bytes]) -> bytes | list[bytes]:
    """The encoding of each value, or the one of all of them."""
    if not values:
        return []
    first = values[0]
    if all([value is first for value in values]):
        return encode(first)
    if set(map(type, values)) == {int}:
        if min(values) >= _WIDE and max(values) < 1 << 64:
            return [b"\x1b" + value.to_bytes(8, "big") for value in values]
        known = {value: encode(value) for value in set(values)}
        return [known[value] for value in values]
    return [encode(value) for value in values]


def _joined(parts: Sequence[bytes | list[bytes]]) -> list[bytes | list[bytes]]:
    """Constants that stand side by side as one."""
    joined: list[bytes | list[bytes]] = []
    for part in parts:
        if joined and isinstance(part, bytes) and isinstance(joined[-1], bytes):
            joined[-1] += part
        else:
            joined.append(part)
    return joined
