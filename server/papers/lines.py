"""A checked paper in words, for the command and for the page."""

from __future__ import annotations

from collections.abc import Iterator

from models.texts import Language, text
from server.papers.check import Checked
from server.web.wording import day_words, moment, number


def paper_words(checked: Checked, language: Language) -> str:
    """Which paper it is: ``Berita acara serah terima (BAST), Balai RW 03, 24 November 2026``."""
    code = checked.code
    title = text(language, f"papers.{code.kind.name.lower()}.title")
    first, last = day_words(language, code.first_day), day_words(language, code.last_day)
    days = first if first == last else f"{first} – {last}"
    return text(language, "papers.check.paper", title=title, point=checked.point, days=days)


def made_words(checked: Checked, language: Language) -> str:
    """By whom it was made and when."""
    return text(
        language,
        "papers.check.made_by",
        laptop=checked.laptop,
        when=moment(language, checked.code.made_at),
    )


def count_lines(checked: Checked, language: Language) -> Iterator[tuple[str, str]]:
    """What the paper counts: words and figure."""
    yield text(language, "papers.check.handed"), number(language, checked.code.handed)
    for package, pieces in checked.packages:
        yield package, number(language, pieces)


def verdict_words(checked: Checked, language: Language) -> str:
    """Whether it agrees, in one line."""
    leaf = "agrees" if checked.agrees else "waits" if _only_waits(checked) else "differs"
    return text(language, f"papers.check.{leaf}")


def difference_lines(checked: Checked, language: Language) -> Iterator[str]:
    """Everything that differs or is worth knowing."""

    def say(leaf: str, **parts: object) -> str:
        return text(language, f"papers.check.{leaf}", **parts)

    for lack in checked.missing:
        laptop = lack.laptop or say("unknown_laptop")
        left, of = number(language, lack.wanted - lack.held), number(language, lack.wanted)
        yield say("missing", laptop=laptop, n=left, of=of)
    for one in checked.differs:
        paper, centre = number(language, one.paper), number(language, one.centre)
        yield say("count", what=one.package or say("handed"), paper=paper, centre=centre)
    if checked.other_list:
        yield say("other_list")
    if checked.voided:
        yield say("voided", n=number(language, checked.voided))
    if checked.revoked:
        yield say("revoked")


def _only_waits(checked: Checked) -> bool:
    """Whether what differs can come from records that have not arrived yet."""
    return bool(checked.missing) and all(one.centre <= one.paper for one in checked.differs)
