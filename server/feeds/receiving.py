"""The receiving end of the protocol as the centre runs it: the receiver and all that it asks."""

from __future__ import annotations

from sqlalchemy import Engine

from models.clock import WallClock
from server.feeds.blobs import PostgresBlobs
from server.feeds.refeed import FeedSuccession
from server.feeds.shelf import PostgresShelf
from server.feeds.store import PostgresFeedStore
from server.feeds.told_heads import HeadsTold
from server.keys import Keys
from server.laptops.enrolment import CodeEnroller
from server.personal import Personal
from server.streams.city import CitySnapshot
from server.streams.pages import PointStream
from sync.blob_receiver import BlobReceiver
from sync.receiver import Receiver
from sync.unloading import Unloading


class Receiving:
    """``receiver`` answers laptops and ``unloading`` carriers, both at one database."""

    def __init__(self, engine: Engine, keys: Keys, clock: WallClock) -> None:
        personal = Personal(keys)
        store = PostgresFeedStore(engine, personal)
        blobs = BlobReceiver(store.sender, PostgresBlobs(engine, personal), keys.centre)
        self.unloading = Unloading(store, keys.box, keys.centre, PostgresShelf(engine))
        self.receiver = Receiver(
            store,
            keys.centre,
            clock,
            pages=PointStream(engine, personal).page,
            enroller=CodeEnroller(engine),
            parcels=self.unloading.answer,
            opener=FeedSuccession(engine),
            told=HeadsTold(engine).note,
            blobs=blobs.answer,
            take_down=self.unloading.take_down,
            snapshots=CitySnapshot(engine, personal).page,
        )
