"""The other ways a hand-over ends (F7), in place: a figure chooses the way, Enter walks through
what it asks, the last Enter records."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, fill, frame
from desktop.views.parts.button import Button
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.step_form import StepForm
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.ways_state import OUTCOMES, Kind, Way, WaysPanelState
from desktop.views.wording import goods_words


class WaysPanel(View):
    """Shows a WaysPanelState. What is typed lives here until it is recorded."""

    way_chosen = Signal(object)
    """A Way."""
    outcome_chosen = Signal(object)
    """An Outcome: nothing is handed over."""
    number_given = Signal(str)
    """The KK number of another household, to be looked up."""
    answered = Signal(object)
    """name → answer, of everything that the way asks."""
    stepped_back = Signal()
    """From a way back to all of them."""
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = WaysPanelState()
        self._title = Words("heading")
        self._name = Words("strong")
        self._goods = Words("body")
        self._what = frame("inset", column(self._name, self._goods, gap=0, margin=(2, 1, 2, 1)))
        self._notices = NoticeBar(look)
        self.ways = [
            Button(look, "secondary", hint=str(place), align_left=True, compact=True)
            for place in range(1, len(Way) + 1)
        ]
        self.outcomes = [
            Button(look, "secondary", hint=str(place), align_left=True, compact=True)
            for place in range(1, len(OUTCOMES) + 1)
        ]
        for way, button in zip(Way, self.ways, strict=True):
            button.clicked.connect(lambda _=False, way=way: self.way_chosen.emit(way))
        for outcome, button in zip(OUTCOMES, self.outcomes, strict=True):
            button.clicked.connect(lambda _=False, one=outcome: self.outcome_chosen.emit(one))
        self.form = StepForm(look)
        self.form.done.connect(self._answer)
        self.form.passed.connect(self._passed)
        self._note = Words("small", ink="muted")
        self.record = Button(look, "primary", icon="package-check", hint="Enter")
        self.record.clicked.connect(self.form.finish)
        self.back = Button(look, "secondary", hint="Esc")
        self.back.clicked.connect(self._go_back)
        upper = column(
            self._title,
            self._what,
            self._notices,
            *self.ways,
            *self.outcomes,
            self.form,
            self._note,
            1,
            gap=1,
            margin=(2, 2, 2, 0),
        )
        self._scroll = scrolling(upper)
        body = column(self._scroll, gap=1)
        body.addLayout(column(self.record, self.back, gap=1, margin=(2, 1, 2, 2)))
        fill(self, "card", body)
        self.restyle()

    def show_ways(self, state: WaysPanelState) -> None:
        """Show this; another way than before begins empty, with the keyboard in it."""
        if state == self._state:
            return
        old, self._state = self._state, state
        self.draw()
        if state.way is not old.way and self.isVisible():
            self.take_focus()
        if state.found != old.found and state.found is not None and state.found.name:
            self.form.suggest("head", state.found.name)

    def take_focus(self) -> None:
        """Put the keyboard here; number keys work at once."""
        match self._state.way:
            case None:
                first = next((one for one in self.ways if one.isEnabled()), self.back)
                first.setFocus(Qt.FocusReason.ShortcutFocusReason)
            case Way.NONE:
                self.outcomes[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
            case _:
                self.form.take_focus()

    def dress(self) -> None:
        say = self.look.any_text
        for way, button in zip(Way, self.ways, strict=True):
            button.say(say(f"handover.way.{way.value}"))
        for outcome, button in zip(OUTCOMES, self.outcomes, strict=True):
            button.say(say(f"handover.choice.{outcome.name.lower()}"))

    def draw(self) -> None:
        state, say = self._state, self.look.any_text
        way = state.way
        self._title.say(say(f"handover.way.{'title' if way is None else f'title_{way.value}'}"))
        self._name.say(state.name)
        self._goods.say(goods_words(self.look, state.goods))
        # Beside a form stands the household's card: what is asked is to be seen without scrolling.
        self._what.setVisible(not state.asked and bool(state.name or state.goods))
        self._notices.show_notices(state.notices, state.now)
        for one, button in zip(Way, self.ways, strict=True):
            button.setVisible(way is None)
            button.setEnabled(one in state.offered)
        for button in self.outcomes:
            button.setVisible(way is Way.NONE)
            button.setEnabled(not state.busy)
        asks = way not in (None, Way.NONE)
        self.form.show_form(state.asked)
        self.form.setVisible(asks)
        noted = way in (Way.PART, Way.NONE)
        self._note.say(say(f"handover.note.{way.value}") if way is not None and noted else "")
        self.record.setVisible(asks)
        self.record.setEnabled(not state.busy)
        record = "register" if way is Way.WALK_IN else "record"
        self.record.say(say(f"handover.way.{'recording' if state.busy else record}"))
        self.back.say(say("handover.way.leave" if way is None else "handover.way.back"))
        for number in (self.form.field("replacing_kk"), self.form.field("walk_in_kk")):
            if number is not None:
                number.say_hint(_found(self.look, state))

    def _passed(self, name: str, answer: str) -> None:
        field = self.form.field(name)
        if field is not None and field.asked.kind is Kind.KK and answer:
            self.number_given.emit(answer)

    def _answer(self, answers: object) -> None:
        if not self._state.busy:
            self.answered.emit(answers)

    def _go_back(self) -> None:
        if self._state.way is None:
            self.left.emit()
        else:
            self.stepped_back.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Figures choose, Enter goes on, Esc goes back."""
        place = event.key() - int(Qt.Key.Key_1)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self._enter()
        elif event.key() == Qt.Key.Key_Escape:
            self._go_back()
        elif 0 <= place <= 8 and self._choose(place):
            pass
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)

    def _enter(self) -> None:
        buttons = [*self.ways, *self.outcomes, self.back]
        focused = next((one for one in buttons if one.hasFocus()), None)
        if focused is not None:
            focused.click()
        elif self._state.way not in (None, Way.NONE):
            self.form.step()

    def _choose(self, place: int) -> bool:
        shown = {None: self.ways, Way.NONE: self.outcomes}.get(self._state.way)
        if shown is None:
            return self.form.choose(place)
        if place < len(shown):
            shown[place].click()
        return True


def _found(look: Look, state: WaysPanelState) -> str:
    """The household of a number, to compare: a number typed wrongly can still look right."""
    card, say = state.found, look.any_text
    if card is None:
        return ""
    if not card.name:
        words = say(f"handover.found.not_listed_{'new' if state.way is Way.WALK_IN else 'instead'}")
        return f"{words} {say('handover.found.odd')}" if state.odd else words
    where = look.text("scan.address_bare", rt=f"{card.rt or 0:02}", rw=f"{card.rw or 0:02}")
    return say("handover.found.listed", name=card.name, where=where)
