"""A stranger's segments: a feed's stretches, packed by column, out of the protocol's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.sync.stranger.wire import (
    CHECKPOINT,
    FEED_ID,
    MIB,
    Unreadable,
    chain,
    column,
    key_id,
    need,
    open_signed,
    read,
    squeeze,
    unsqueeze,
    values_of,
    write,
)


@dataclass(frozen=True)
class Segment:
    """A stretch of a feed, its facts as they were written."""

    feed: bytes
    first: int
    before: bytes
    facts: tuple[bytes, ...]
    checkpoint: bytes

    @property
    def last(self) -> int:
        """The number of its last fact."""
        return self.first + len(self.facts) - 1


def write_segment(segment: Segment) -> bytes:
    """As it travels: facts with the same kind and body keys share columns."""
    shapes: list[Any] = []
    tables: list[list[list[Any]]] = []
    order, heads = [], []
    for fact in segment.facts:
        head, shape, row = _shape(fact)
        if shape not in shapes:
            shapes.append(shape)
            tables.append([[] for _ in row])
        at = shapes.index(shape)
        for cells, value in zip(tables[at], row, strict=True):
            cells.append(value)
        order.append(at)
        heads.append(head)
    bodies = [[column(cells) for cells in table] for table in tables]
    packed = [shapes, column(order), *(column(part) for part in zip(*heads, strict=True)), bodies]
    s = segment
    return write([1, s.feed, s.first, s.before, len(s.facts), squeeze(packed), s.checkpoint])


def _shape(fact: bytes) -> tuple[list[int], list[Any], list[Any]]:
    """((at, actor, session), shape, one value for each of its columns)."""
    try:
        plain = read(fact)
        regular = write(plain) == fact
    except Exception:  # what it is, is nobody's business on the way
        regular = False
    if regular:
        match plain:
            case [kind, at, actor, session, body] if _integers([kind, at, actor, session]):
                if isinstance(body, dict) and _integers(body):
                    return [at, actor, session], [kind, list(body)], list(body.values())
                return [at, actor, session], [kind, None], [body]
    return [0, 0, 0], [None, None], [fact]


def _integers(values: Iterable[Any]) -> bool:
    return all(type(value) is int for value in values)


def read_segment(data: bytes) -> Segment:
    """The facts of a segment; ``check_segment`` tells whether they are those that were signed."""
    match read(data):
        case [1, bytes(feed), int(first), bytes(before), int(count), bytes(block), bytes(signed)]:
            need(len(feed) == FEED_ID and len(before) == 32 and first >= 1, "another segment")
            need(1 <= count <= 5_000, "too many facts, or none")
            facts = _facts(unsqueeze(block, 8 * MIB), count)
            return Segment(feed, first, before, tuple(facts), signed)
    raise Unreadable("not a segment")


def _facts(packed: Any, count: int) -> Iterable[bytes]:
    need(isinstance(packed, list) and len(packed) == 6, "not the columns of facts")
    shapes, order, *heads, bodies = packed
    indexes = values_of(order, count)
    need(_integers(indexes) and len(shapes) == len(bodies), "shapes and bodies differ")
    need(all(0 <= index < len(shapes) for index in indexes), "a shape is missing")
    rows = [
        iter(zip(*(values_of(one, indexes.count(i)) for one in columns), strict=True))
        for i, columns in enumerate(bodies)
    ]
    parts = [values_of(head, count) for head in heads]
    for place, index in enumerate(indexes):
        head = [part[place] for part in parts]
        kind, keys = shapes[index]
        row: Sequence[Any] = next(rows[index]) if bodies[index] else ()
        if kind is None:
            yield row[0]
        elif keys is None:
            yield write([kind, *head, row[0]])
        else:
            yield write([kind, *head, dict(zip(keys, row, strict=True))])


def check_segment(segment: Segment, public: bytes) -> list[bytes]:
    """The hashes of its facts, when they are those that the feed's key signed."""
    keys = {key_id(public, FEED_ID): public}
    hashes = chain(segment.before, segment.first, segment.facts)
    match read(open_signed(segment.checkpoint, CHECKPOINT, keys)):
        case [bytes(feed), int(number), bytes(digest), int()]:
            same = (feed, number, digest) == (segment.feed, segment.last, hashes[-1])
            need(same, "the facts are not those that were signed")
            return hashes
    raise Unreadable("not a checkpoint")
