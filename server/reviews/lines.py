"""A question before a person, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from models.clock import local
from models.facts import Handover, Receiver, Refused, Unknown, Void, WalkIn
from models.numbers import format_slip_number
from models.regions import regions
from models.texts import Language, text
from models.verdict import Verdict
from server.reviews.questions import Branch, Due, Forked, Home, Question, Story, masked_walk_in

_NOTHING = "–"
_PRINT = 8
"""Signs of a hash that tell one branch from another at a glance; JSON has all of it."""


def question_lines(question: Question, n: int, language: Language) -> Iterator[str]:
    """What is asked, of whom it speaks, every story, and what a person can do about it."""
    return QuestionWords(language).lines(question, n)


class QuestionWords:
    """What is said of a question, for lines of a terminal and for a page."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language

    def lines(self, question: Question, n: int) -> Iterator[str]:
        say, kind = self._say, question.kind.name.lower()
        yield say(
            "list.head",
            n=n,
            what=say(f"kind.{kind}"),
            since=self.moment(question.opened_at),
            ids=", ".join(map(str, question.ids)),
        )
        if question.household is not None:
            yield "   " + self.home(question.household)
        if question.due is not None:
            yield "   " + self.due(question.due, question.given)
        for place, story in enumerate(question.stories, 1):
            yield f"   {place}) {self.head(story)}"
            yield f"      {self.body(story)}"
        if question.fork is not None:
            yield from ("   " + line for line in self.fork(question.fork))
        if question.due is not None:
            listed = question.due.quantity is not None
            yield "   " + say("due.rule" if listed else "due.rule_unlisted")
        yield "   " + say(f"advice.{kind}")
        if (decision := question.decision) is not None:
            at = self.moment(decision.at)
            yield "   " + say(
                "list.decided",
                at=at,
                by=decision.by,
                what=say(f"ruling.{decision.what}"),
                why=decision.why,
            )

    def _say(self, leaf: str, **parts: object) -> str:
        return text(self._language, f"review.{leaf}", **parts)

    def home(self, home: Home) -> str:
        """A household by its masked KK number and its RW."""
        if not home.kk:
            return self._say("household.unknown", id=home.id)
        region = regions().get(home.region)
        return self._say(
            "household.known",
            kk=home.kk,
            rt=f"{home.rt:02}",
            rw=f"{home.rw:02}",
            region=region.name if region is not None else home.region,
        )

    def due(self, due: Due, given: int) -> str:
        """What was due, and how much went out."""
        names = {
            "stage": due.stage.name or self._say("due.stage", id=due.stage.id),
            "package": due.package.name or self._say("due.package", id=due.package.id),
            "given": given,
        }
        if due.quantity is None:
            return self._say("due.unlisted", **names)
        return self._say("due.listed", due=due.quantity, **names)

    # --- a story ------------------------------------------------------------------------------

    def head(self, story: Story) -> str:
        """What became of it, when and where it was, on which laptop, by whom."""
        say = self._say
        arrived = self.moment(story.arrived_at)
        when = (
            say("story.timeless", arrived=arrived)
            if story.at is None
            else say("story.when", at=self.moment(story.at), arrived=arrived)
        )
        parts = [when, *self.whereabouts(story)]
        if story.standing is not None:
            parts.insert(0, say(f"standing.{story.standing.value}"))
        return " · ".join(parts)

    def whereabouts(self, story: Story) -> tuple[str, str, str]:
        """At which point, on which laptop, by whom."""
        say, point, who = self._say, story.point, story.volunteer
        device = say(
            "story.device_branch" if story.branch else "story.device",
            name=story.device.name,
            id=story.device.id,
            seq=story.seq,
            **({"branch": story.branch} if story.branch else {}),
        )
        return (
            say("story.where_unknown")
            if point is None
            else point.name or say("story.point", id=point.id),
            device,
            say("story.nobody") if who is None else who.name or say("story.volunteer", id=who.id),
        )

    def body(self, story: Story) -> str:
        """What was done, and how."""
        say = self._say
        match story.fact.body:
            case Handover() as body:
                parts = {
                    "receiver": self._receiver(body, story.replaced_by),
                    "how": self._how(body),
                    "verdict": self._verdict(body.verdict),
                }
                if story.quantity is None:
                    return say("story.handed_whole", **parts)
                return say("story.handed", quantity=story.quantity, **parts)
            case Refused() as body:
                return say(
                    "story.refused",
                    how=self._how(body),
                    verdict=self._verdict(body.verdict),
                    digest=body.digest.hex() if body.digest else _NOTHING,
                )
            case WalkIn() as body:
                return say(
                    "story.walk_in",
                    kk=masked_walk_in(body) or _NOTHING,
                    rt=f"{body.rt:02}",
                    rw=f"{body.rw:02}",
                    people=body.people or _NOTHING,
                )
            case Void(feed=None, target=target):
                return say("story.void_own", target=target)
            case Void(target=target):
                whose = story.takes_back
                if whose is None:
                    return say("story.void_stranger", target=target)
                return say("story.void_other", target=target, name=whose.name, id=whose.id)
            case Unknown(kind=0):
                return say("story.damaged")
            case Unknown(kind=kind):
                return say("story.newer", kind=kind)
            case body:
                return say(f"fact.{type(body).__name__.lower()}")

    def _receiver(self, body: Handover, instead: Home | None) -> str:
        say, receiver = self._say, body.receiver
        if receiver is Receiver.PROXY:
            key = "receiver.proxy_letter" if body.letter_of_authority else "receiver.proxy"
            return say(key)
        if receiver is not Receiver.REPLACEMENT or instead is None:
            return say(f"receiver.{receiver.name.lower()}")
        because = body.replaced_because
        return say(
            "receiver.replacement_by",
            household=self.home(instead) if instead.id else f"KK {instead.kk}",
            because=_NOTHING
            if because is None
            else text(self._language, f"handover.outcome.{because.name.lower()}"),
        )

    def _how(self, body: Handover | Refused) -> str:
        source = self._say(f"source.{body.source.name.lower()}")
        if body.slip is None:
            return self._say("how.no_slip", source=source)
        return self._say("how.slip", slip=format_slip_number(body.slip), source=source)

    def _verdict(self, verdict: Verdict) -> str:
        return text(self._language, f"verdict.{verdict.key}.word")

    # --- a fork -------------------------------------------------------------------------------

    def fork(self, fork: Forked) -> Iterator[str]:
        """Where the laptop's records part, and each of the ways they go on."""
        device = fork.device
        yield self._say("fork.where", name=device.name, id=device.id, seq=fork.seq)
        for branch in fork.branches:
            yield self._branch(branch)
        for one in fork.followers:
            since = self.moment(one.since)
            yield self._say(
                "fork.follower", feed=one.feed.hex()[:_PRINT], since=since, head=one.head
            )

    def _branch(self, branch: Branch) -> str:
        parts = {
            "number": branch.number,
            "last": branch.last,
            "facts": branch.facts,
            "hash": branch.hash.hex()[:_PRINT],
            "arrived": self.moment(branch.arrived_at),
        }
        if branch.number == 0:
            return self._say("fork.first", **parts)
        behind = {"before": branch.first - 1, "parent": branch.parent or 0}
        return self._say("fork.beside", first=branch.first, **behind, **parts)

    def moment(self, ms: int) -> str:
        """A signed fact may give any time at all, one without a date too."""
        try:
            return f"{local(ms):%Y-%m-%d %H.%M.%S}"
        except (OverflowError, OSError, ValueError):
            return self._say("story.absurd", ms=ms)
