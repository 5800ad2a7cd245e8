"""The words of a verdict: fills the braces of ``resources/texts/verdict.toml`` from the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.theme.look import Look
from desktop.views.state import Earlier, Goods
from desktop.views.wording import day, goods_words, moment, receiver_words
from models.verdict import Verdict


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """What the banner says."""

    word: str
    reason: str
    what_to_do: str


def verdict_words(
    look: Look,
    verdict: Verdict,
    *,
    now: int,
    due: tuple[Goods, ...] = (),
    short: tuple[Goods, ...] = (),
    earlier: tuple[Earlier, ...] = (),
    holder: str = "",
    when: int | None = None,
    point: str = "",
) -> VerdictWords:
    """The words for ``verdict``; what is not known is left out of the sentence, never blank."""
    parts = {
        "due": goods_words(look, due),
        "short": goods_words(look, short),
        "stages": ", ".join(dict.fromkeys(one.stage for one in due if one.stage)),
        "date": day(look, when) if when is not None else "",
        "point": point,
        **_earlier_parts(look, earlier, holder, now),
    }

    def say(leaf: str) -> str:
        return look.any_text(f"verdict.{verdict.key}.{leaf}", **parts)

    return VerdictWords(say("word"), say(_reason(verdict, parts)), say("what_to_do"))


def _earlier_parts(
    look: Look, earlier: tuple[Earlier, ...], holder: str, now: int
) -> dict[str, str]:
    if not earlier:
        return {"who": "", "when": "", "where": ""}
    last = max(earlier, key=lambda one: one.at)
    return {
        "who": receiver_words(look, last, holder),
        "when": moment(look, last.at, now),
        "where": last.point,
    }


_STAND_INS: dict[Verdict, tuple[tuple[str, ...], str]] = {
    Verdict.NOT_YET: (("date",), "reason_undated"),
    Verdict.EXPIRED: (("date",), "reason_undated"),
    Verdict.OTHER_POINT: (("point",), "reason_unplaced"),
    Verdict.ALREADY_COLLECTED: (("who", "where"), "reason_untold"),
    Verdict.PARTLY_COLLECTED: (("who",), "reason_untold"),
    Verdict.ELIGIBLE: (("stages",), "reason_unstaged"),
}
"""Verdict → the parts its reason can't do without, and the reason that does."""


def _reason(verdict: Verdict, parts: Mapping[str, str]) -> str:
    needed, instead = _STAND_INS.get(verdict, ((), "reason"))
    return "reason" if all(parts[name] for name in needed) else instead
