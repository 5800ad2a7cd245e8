"""What became of a parcel, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from models.clock import local
from models.texts import Language, text
from server.parcels.desk import ParcelReport, Trouble
from sync.intake import FrameVerdict


def report_lines(report: ParcelReport, file: str, language: Language) -> Iterator[str]:
    """Who it is from, what was taken of whom, and a line for every frame that was not."""

    def say(leaf: str, **parts: object) -> str:
        return text(language, f"parcel.{leaf}", **parts)

    if report.made_at is None:
        yield say("summary.headless", file=file)
    else:
        moment = f"{local(report.made_at):%Y-%m-%d %H.%M}"
        yield say("summary.from", file=file, name=report.sender, moment=moment)
    for one in report.devices:
        yield say(
            "summary.device",
            name=one.name,
            taken=one.taken,
            known=one.known,
            waiting=one.waiting,
        )
        if one.review:
            yield say("summary.review", name=one.name, count=one.review)
        if one.forked:
            yield "  " + say("line.fork", name=one.name)
    for trouble in report.troubles:
        yield "  " + trouble_line(trouble, language)
    for gap in report.missing:
        yield "  " + say("line.missing", name=gap.name, span=gap.span)


def trouble_line(trouble: Trouble, language: Language) -> str:
    """Where in the file, and what is wrong there."""

    def say(leaf: str, **parts: object) -> str:
        return text(language, f"parcel.{leaf}", **parts)

    stretch = trouble.stretch
    if stretch is None or trouble.number is None:
        place = say("line.place", start=trouble.start)
    else:
        name = trouble.name or say("line.unknown")
        place = say("line.number", number=trouble.number, name=name, span=stretch)
    words = []
    if not trouble.misplaced or trouble.verdict not in (FrameVerdict.TAKEN, FrameVerdict.HELD):
        words.append(say(f"frame.{trouble.verdict.value}"))
    if trouble.misplaced:
        words.append(say("frame.misplaced"))
    return f"{place}: {'; '.join(words)}"
