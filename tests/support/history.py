"""What may happen to a point's laptops, its sticks and its centre: the steps of a made-up history,
and histories at random."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.support.faulty import Fault
from tests.support.world import family

FAMILIES = [family(number) for number in range(1, 6)]
LAPTOPS = (1, 2, 3)


@dataclass(frozen=True)
class Serve:
    """A household comes to a laptop and gets what the screen allows."""

    laptop: int
    family: int


@dataclass(frozen=True)
class TakeBack:
    """A volunteer voids one of the hand-overs of this laptop, from an earlier feed too."""

    laptop: int
    which: int


@dataclass(frozen=True)
class Sync:
    """A laptop syncs, and its first requests meet these faults."""

    laptop: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Arrive:
    """Requests that were on their way arrive, in any order."""

    seed: int


@dataclass(frozen=True)
class Meet:
    """A laptop and whoever is the hub now exchange facts; after ``breaks`` messages the line is
    gone."""

    laptop: int
    hub: int
    breaks: int


@dataclass(frozen=True)
class Pack:
    """A laptop writes what is not safe to a stick, which its siblings may read too."""

    laptop: int
    siblings: bool = True


@dataclass(frozen=True)
class Spoil:
    """A frame of a stick's parcel can't be read any more."""

    stick: int
    frame: int


@dataclass(frozen=True)
class Bring:
    """A stick comes to a laptop, or to the centre (0); sticks stay, and may come again."""

    stick: int
    to: int


@dataclass(frozen=True)
class BackUp:
    """An image of a laptop's disk is taken."""

    laptop: int


@dataclass(frozen=True)
class Restore:
    """A laptop's disk becomes what its last image holds."""

    laptop: int


@dataclass(frozen=True)
class Clone:
    """A laptop's disk is copied, and the copy is worked at as well."""

    laptop: int


@dataclass(frozen=True)
class Rot:
    """A bit of a fact on a laptop's disk flips."""

    laptop: int
    fact: int


@dataclass(frozen=True)
class Clock:
    """A laptop's clock jumps."""

    laptop: int
    days: int


@dataclass(frozen=True)
class Revoke:
    """The office blocks a laptop, and whatever is a clone of it."""

    laptop: int


@dataclass(frozen=True)
class CentreRestarts:
    """The centre is started anew on its database."""


@dataclass(frozen=True)
class CentreBacksUp:
    """The office makes a backup of the centre's database."""


@dataclass(frozen=True)
class CentreRestored:
    """The centre's database becomes what its last backup holds; whom the office had blocked it
    blocks again."""


Step = (
    Serve
    | TakeBack
    | Sync
    | Arrive
    | Meet
    | Pack
    | Spoil
    | Bring
    | BackUp
    | Restore
    | Clone
    | Rot
    | Clock
    | Revoke
    | CentreRestarts
    | CentreBacksUp
    | CentreRestored
)
_LAPTOP = st.integers(0, 4)
_FAMILY = st.integers(0, len(FAMILIES) - 1)
_FAULTS = st.lists(st.sampled_from(Fault), max_size=4).map(tuple)
_STICK = st.integers(0, 5)
_SERVE, _SYNC = st.builds(Serve, _LAPTOP, _FAMILY), st.builds(Sync, _LAPTOP, _FAULTS)
_MEET = st.builds(Meet, _LAPTOP, _LAPTOP, st.sampled_from([1, 2, 3, 99]))
STEPS = st.lists(
    st.one_of(
        _SERVE,
        _SERVE,
        _SERVE,
        _SYNC,
        _SYNC,
        _MEET,
        _MEET,
        st.builds(TakeBack, _LAPTOP, st.integers(0, 3)),
        st.builds(Arrive, st.integers(0, 99)),
        st.builds(Pack, _LAPTOP, st.booleans()),
        st.builds(Spoil, _STICK, st.integers(0, 3)),
        st.builds(Bring, _STICK, st.integers(0, 4)),
        st.builds(BackUp, _LAPTOP),
        st.builds(Restore, _LAPTOP),
        st.builds(Clone, _LAPTOP),
        st.builds(Rot, _LAPTOP, st.integers(0, 30)),
        st.builds(Clock, _LAPTOP, st.sampled_from([-1500, -3, 1, 1500])),
        st.builds(Revoke, _LAPTOP),
        st.just(CentreRestarts()),
        st.just(CentreBacksUp()),
        st.just(CentreRestored()),
    ),
    min_size=12,  # the average length follows from it
    max_size=40,
)
