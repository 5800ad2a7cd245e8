"""Enrolment once the code is sent: its steps with figures, what to do if it halts, and its end."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from desktop.theme.look import Look
from desktop.views.enrol_state import EnrolStage, EnrolState, EnrolStep
from desktop.views.parts.arrange import column, fill, row
from desktop.views.parts.button import Button
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import number

_STEPS = tuple(EnrolStep)


class _StepLine(View):
    """One step: done, under way, or still to come; said in a sign and in its accessible name."""

    def __init__(self, look: Look, step: EnrolStep, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._step = step
        self._place = self._done = self._total = 0
        self._symbol = QLabel()
        self._words = Words("body")
        self._figures = Words("strong", wrap=False, figures=True)
        inside = row(self._symbol, self._words, self._figures, gap=2)
        inside.setStretch(1, 1)
        self.setLayout(inside)
        self.restyle()

    def show_place(self, place: int, done: int = 0, total: int = 0) -> None:
        """-1: done, 0: under way (``done`` of ``total``, 0 of 0 if nobody knows), 1: to come."""
        if (place, done, total) != (self._place, self._done, self._total):
            self._place, self._done, self._total = place, done, total
            self.draw()

    def draw(self) -> None:
        look, tokens = self.look, self.look.tokens
        icon, ink, word = {
            -1: ("circle-check", tokens.go_ink, "step_done"),
            0: ("circle-dot", tokens.accent, "step_now"),
            1: ("circle", tokens.muted, "step_later"),
        }[self._place]
        self._symbol.setPixmap(look.icon(icon, ink, ratio=self.devicePixelRatioF(), weight=2.25))
        self._words.set_ink("muted" if self._place == 1 else "")
        self._words.setProperty("role", "strong" if self._place == 0 else "body")
        self._words.style().unpolish(self._words)
        self._words.style().polish(self._words)
        step = look.any_text(f"door.enrol.{self._step.value}")
        self._words.say(step)
        figures = ""
        if self._total:
            done, total = number(look, self._done), number(look, self._total)
            figures = look.text("number.of", done=done, total=total)
        self._figures.say(figures)
        self.setAccessibleName(
            f"{look.any_text(f'door.enrol.{word}', step=step)} {figures}".strip()
        )


class EnrolProgress(View):
    """Shows an EnrolState that is WORKING, HALTED or DONE, in a card."""

    cancel_asked = Signal()
    retry_asked = Signal()
    start_over_asked = Signal()
    finished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = EnrolState(EnrolStage.WORKING)
        self._badge = QLabel()
        self._title = Words("heading")
        self._advice = Words("body", ink="muted")
        self.notices = NoticeBar(look)
        self._lines = {step: _StepLine(look, step) for step in _STEPS}
        self._steps = QWidget()
        self._steps.setLayout(column(*self._lines.values(), gap=2))
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._name = Words("body")
        self._count = Words("body")
        self.stop = Button(look, "secondary", hint="Esc")
        self.stop.clicked.connect(self.cancel_asked)
        self.retry = Button(look, "primary", icon="refresh-cw", hint="Enter")
        self.retry.clicked.connect(self.retry_asked)
        self.over = Button(look, "quiet")
        self.over.clicked.connect(self.start_over_asked)
        self.enter = Button(look, "primary", hint="Enter")
        self.enter.clicked.connect(self.finished)
        head = row(self._badge, gap=2)
        head.addLayout(column(self._title, self._advice, self._name, self._count, gap=1), 1)
        head.setAlignment(self._badge, Qt.AlignmentFlag.AlignTop)
        self._inside = column(
            head,
            self.notices,
            self._steps,
            self._bar,
            None,
            row(1, self.over, self.stop, self.retry, self.enter, gap=2),
            gap=2,
        )
        fill(self, "card", self._inside)
        self.restyle()

    def show_work(self, state: EnrolState) -> None:
        """Show this."""
        if state != self._state:
            self._state = state
            self.draw()

    def take_focus(self) -> None:
        """Put the keyboard on what is most likely wanted."""
        wanted = {EnrolStage.HALTED: self.retry, EnrolStage.DONE: self.enter}
        wanted.get(self._state.stage, self.stop).setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        say = self.look.any_text
        self.retry.say(say("door.enrol.retry"))
        self.over.say(say("door.enrol.start_over"))
        self.enter.say(say("door.enrol.done_go"))
        side = 32 if self.look.sizes.scale == 100 else 24
        self._inside.setContentsMargins(side, side, side, side)

    def draw(self) -> None:
        state, say = self._state, self.look.any_text
        working = state.stage is EnrolStage.WORKING
        halted = state.stage is EnrolStage.HALTED
        done = state.stage is EnrolStage.DONE
        title, advice = {
            EnrolStage.HALTED: ("halted", "halted_hint"),
            EnrolStage.DONE: ("done", ""),
        }.get(state.stage, ("working", "keep_open"))
        self._title.say(say(f"door.enrol.{title}"))
        self._advice.say(say(f"door.enrol.{advice}") if advice else "")
        self.notices.show_notices(state.notices, state.now)
        self._draw_badge()
        now = _STEPS.index(state.step)
        for place, line in enumerate(self._lines.values()):
            if place == now and working:
                line.show_place(0, state.done, state.total)
            else:
                line.show_place((place > now) - (place < now))
        self._steps.setVisible(not done)
        self._bar.setVisible(working)
        # 0 to 0 lets the bar run to and fro: busy, but nobody knows how long.
        self._bar.setRange(0, state.total)
        self._bar.setValue(min(state.done, state.total))
        self._bar.setAccessibleName(say(f"door.enrol.{state.step.value}"))
        name = say("door.enrol.done_name", name=state.device) if done and state.device else ""
        self._name.say(name)
        count = number(self.look, state.households)
        self._count.say(say("door.enrol.done_count", n=count) if done else "")
        self.stop.setVisible(working)
        self.stop.setEnabled(not state.cancelling)
        self.stop.say(say("door.enrol.stopping" if state.cancelling else "door.enrol.stop"))
        self.retry.setVisible(halted)
        self.over.setVisible(halted)
        self.enter.setVisible(done)

    def _draw_badge(self) -> None:
        look, tokens = self.look, self.look.tokens
        icon, ink = {
            EnrolStage.HALTED: ("triangle-alert", tokens.check_ink),
            EnrolStage.DONE: ("circle-check-big", tokens.go_ink),
        }.get(self._state.stage, ("shield-check", tokens.accent))
        pixels = look.px(40)
        self._badge.setPixmap(look.icon(icon, ink, pixels, self.devicePixelRatioF(), 1.75))
