"""A stranger's photos and signatures: asked about, sent in pieces, and the centre's word."""

from __future__ import annotations

import hashlib

from tests.sync.stranger import wire
from tests.sync.stranger.client import Client
from tests.sync.stranger.line import OtherVersion, Pace, checked
from tests.sync.stranger.wire import Keys, Unreadable, need, read

PURPOSE = b"ksbb/blobs/1"
NOT_WANTED, WANTED, WHOLE = 0, 1, 2
FIRST, LEAST = 65_536, 8_192

Standing = tuple[int, int]
"""(state, how many bytes are held)."""


def read_word(data: bytes, keys: Keys) -> tuple[bytes, int, dict[bytes, Standing]]:
    """(feed, the centre's time, hash → how it stands), the signature checked."""
    match read(wire.open_signed(data, PURPOSE, keys)):
        case [1, bytes(feed), int(at), list(told)]:
            found: dict[bytes, Standing] = {}
            for one in told:
                match one:
                    case [bytes(name), int(state), int(held)]:
                        need(len(name) == 32 and 0 <= state <= WHOLE and held >= 0, "another word")
                        found[name] = state, held
                    case _:
                        raise Unreadable("not a blob's standing")
            return feed, at, found
    raise Unreadable("not a word on blobs")


def ask(client: Client, *hashes: bytes) -> dict[bytes, Standing]:
    """What the centre holds of each."""
    return _word(client, client.ask(lambda: ["blobs", client.now(), list(hashes)]), *hashes)


def send(client: Client, blob: bytes) -> bool:
    """Brings a blob that a safe fact names; False where it isn't wanted."""
    name, went_back = hashlib.sha256(blob).digest(), False
    pace = Pace(FIRST, LEAST)
    state, held = ask(client, name)[name]
    while state == WANTED:
        if len(client.facts) > client.safe:
            client.push(client.hello())
        before = held

        def piece(held: int = held) -> list[object]:
            part = blob[held : held + pace.size]
            return ["blob", client.now(), name, len(blob), held, part]

        state, held = _word(client, client.ask(piece, pace), name)[name]
        if state == WANTED and held <= before:
            if went_back:
                raise OtherVersion("pieces that lead nowhere")
            went_back = True
    return state == WHOLE


def _word(client: Client, data: bytes, *hashes: bytes) -> dict[bytes, Standing]:
    feed, _, told = checked(read_word, data, client.trusted)
    if feed != client.key.id or set(told) != set(hashes):
        raise OtherVersion("a word on something else")
    standing: dict[bytes, Standing] = told
    return standing
