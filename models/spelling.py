"""How names are compared: spelled alike, written by ear, with a slip of the finger, or in part.

``fold`` gives names that sound the same one spelling (Muhammad, Mohamad, Moh.; Siti, Sitti; Djoko,
Joko), and ``near_keys`` lets words that are one slip apart meet without comparing all of them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LEAST_FOR_SLIPS = 4
"""Letters that a folded word needs before another one counts as the same with a slip in it: of
three, every word is near too many."""
_KEYED = 6
"""Letters of a word that its near keys look at."""
_LONG = 8
"""Letters from which on two slips are forgiven."""

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’`ʼ‘](?=\w)")
_AGAIN = re.compile(r"(.)\1+")
_SOUNDS = (
    ("oe", "u"), ("tj", "c"), ("dj", "j"), ("sj", "s"), ("sy", "s"), ("sh", "s"), ("nj", "ny"),
    ("ch", "h"), ("kh", "h"), ("th", "t"), ("dh", "d"), ("ph", "p"), ("q", "k"), ("x", "ks"),
    ("f", "p"), ("v", "p"), ("z", "s"), ("ae", "ai"), ("y", "i"), ("o", "u"),
)  # fmt: skip
"""Old and new spelling, and letters that one hears as another; in this order."""
_SHORT_FORMS = {
    short: whole
    for whole, shorts in {
        "muhamad": "moh muh much moch mohd muhd mhd mohamed muhamed mohamat muhamat",
        "siti": "st",
        "abdul": "abd abdu abdur",
        "ahmad": "achmat akhmat ahmat ahmed",
    }.items()
    for short in shorts.split()
}
_TITLES = "h hj haji hajah hajjah ir drs dra dr bpk ibu sdr sdri alm almh bin binti"
TITLES = frozenset(_TITLES.split())
"""Words that may stand in one list and be missing in another."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name: as it is written (small letters), folded, and where it stands."""

    plain: str
    folded: str
    begin: int
    end: int


def words_of(name: str) -> tuple[Word, ...]:
    """The words of ``name`` in their order; an apostrophe inside a word parts nothing."""
    found = []
    for match in _WORD.finditer(_APOSTROPHE.sub(_NOTHING, name)):
        plain = match.group().replace(_NOTHING, "")
        if folded := fold(plain):
            found.append(Word(plain.lower(), folded, match.start(), match.end()))
    return tuple(found)


def folded_words(name: str) -> tuple[str, ...]:
    """The folded words of ``name``, each once, as of ``words_of``; for millions of names."""
    # Most names are letters and spaces, and are taken apart in half the time.
    plain = name.replace(" ", "").isalnum()
    words = name.split() if plain else _WORD.findall(_APOSTROPHE.sub("", name))
    return tuple(dict.fromkeys(filter(None, map(fold, words))))


_NOTHING = "\N{MODIFIER LETTER APOSTROPHE}"
"""A letter to ``_WORD``, so that places in the name stay what they are."""


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """One word as it sounds. Of letters and digits alone, so that nothing else can be mistaken for
    a word; empty where nothing of it is left."""
    apart = unicodedata.normalize("NFKD", word).casefold()
    bare = "".join(sign for sign in apart if sign.isalnum())
    if short := _SHORT_FORMS.get(bare):
        return short
    sound = bare
    for old, new in _SOUNDS:
        sound = sound.replace(old, new)
    if len(sound) > 1:
        sound = sound.removesuffix("h")
    sound = _AGAIN.sub(r"\1", sound)
    return _SHORT_FORMS.get(sound, sound) or bare


def near_keys(folded: str) -> frozenset[str]:
    """The word's beginning, and the same with each letter left out: two words with one slip between
    them (a letter wrong, missing, too many, or two swapped) have a key in common (symmetric
    deletion, W. Garbe 2012)."""
    if len(folded) < LEAST_FOR_SLIPS - 1:
        return frozenset()
    start = folded[:_KEYED]
    return frozenset([start, *(start[:i] + start[i + 1 :] for i in range(len(start)))])


def is_near(one: str, other: str) -> bool:
    """Whether two folded words are one slip apart, long ones two."""
    shorter = min(len(one), len(other))
    if shorter < LEAST_FOR_SLIPS - 1 or max(len(one), len(other)) < LEAST_FOR_SLIPS:
        return False
    return slips(one, other) <= (2 if shorter >= _LONG else 1)


def slips(one: str, other: str) -> int:
    """How many slips are between two words: letters wrong, missing, too many, or swapped (optimal
    string alignment)."""
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        line = [i]
        for j, b in enumerate(other, 1):
            least = min(last[j] + 1, line[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                least = min(least, before[j - 2] + 1)
            line.append(least)
        before, last = last, line
    return last[-1]
