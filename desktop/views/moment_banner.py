"""What the banner says of a moment at the table: ready, judged, recorded or taken back."""

from __future__ import annotations

from desktop.theme.look import Look
from desktop.views.parts.banner import BannerState
from desktop.views.scan_state import Corrected, Judged, Recorded, ScanState, Voided, Without
from desktop.views.state import CameraStatus
from desktop.views.verdict_words import verdict_words
from desktop.views.wording import goods_words
from models.facts import Outcome, Receiver
from models.verdict import Tone

_CORRECTED = ("corrected", "corrected_next")


def moment_banner(look: Look, state: ScanState) -> BannerState:
    """The banner for what ``state`` shows."""
    say = look.text
    match state.moment:
        case Judged() as judged:
            words = verdict_words(
                look,
                judged.verdict,
                now=state.now,
                due=judged.due,
                short=judged.short,
                earlier=judged.earlier,
                holder=judged.household.name if judged.household else "",
                when=judged.when,
                point=judged.point,
            )
            tone = judged.verdict.tone
            return BannerState(
                tone,
                words.word,
                words.reason,
                words.what_to_do,
                # The card says who and what; that it is all in order says the colour.
                reason_can_wait=tone is Tone.GO,
            )
        case Recorded(name=name, goods=goods, receiver=receiver, receiver_name=taker):
            whom = name or say("side.nobody")
            reason = say("scan.recorded_reason", name=whom, goods=goods_words(look, goods))
            if receiver is not Receiver.HOLDER:
                part = f"handover.banner.by_{receiver.name.lower()}"
                reason += " " + look.any_text(part, name=taker)
            after = say("scan.recorded_next")
            return BannerState(Tone.GO, say("scan.recorded"), reason, after, "package-check")
        case Without(name=name, outcome=outcome):
            kind = "walk_in" if outcome is None else "without"
            word = look.any_text(f"handover.banner.{kind}")
            reason = _without(look, name, outcome)
            return BannerState(None, word, reason, look.any_text("handover.banner.next"), "ban")
        case Corrected(name=name, goods=goods):
            whom = name or say("side.nobody")
            reason = say("scan.recorded_reason", name=whom, goods=goods_words(look, goods))
            word, after = (look.any_text(f"handover.banner.{one}") for one in _CORRECTED)
            return BannerState(Tone.GO, word, reason, after, "package-check")
        case Voided(name=name, outcome=Outcome() as outcome):
            reason = _without(look, name, outcome)
            return BannerState(None, say("scan.voided"), reason, say("scan.voided_next"), "undo-2")
        case Voided(name=name, goods=goods):
            whom = name or say("side.nobody")
            reason = say("scan.voided_reason", name=whom, goods=goods_words(look, goods))
            return BannerState(None, say("scan.voided"), reason, say("scan.voided_next"), "undo-2")
        case None:
            seen = state.camera in (CameraStatus.LIVE, CameraStatus.STARTING)
            key = "ready_camera" if seen else "ready_no_camera"
            return BannerState(None, say("scan.ready"), say(f"scan.{key}"))


def _without(look: Look, name: str, outcome: Outcome | None) -> str:
    """Who got nothing, and why."""
    why = look.any_text(f"handover.outcome.{outcome.name.lower() if outcome else 'walk_in'}")
    whom = name or look.text("side.nobody")
    return look.any_text("handover.banner.without_reason", name=whom, outcome=why)
