"""The paper a recipient signs on, with a mouse, a finger or a pen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme.look import Look
from desktop.views.view import View

_PAPER, _INK, _RULE = "#FFFFFF", "#14202B", "#7C8A99"
_RADIUS = 16
_LEAST = 24.0
"""Pixels that a pen must have gone before it is a signature: a touch by mistake is none."""

Point = tuple[float, float]


class SignaturePad(View):
    """Keeps the strokes until ``clear``; white in both rooms, as the paper that is kept of it."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._strokes: list[list[Point]] = []
        self._way = 0.0
        self._down = False
        self._finger: int | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.dress()

    def dress(self) -> None:
        self.setAccessibleName(self.look.any_text("capture.pad.name"))
        self.update()

    @property
    def strokes(self) -> tuple[tuple[Point, ...], ...]:
        """What was drawn, in pixels of the pad."""
        return tuple(tuple(stroke) for stroke in self._strokes)

    @property
    def signed(self) -> bool:
        """Whether more than a dot was drawn."""
        return self._way >= _LEAST

    def clear(self) -> None:
        """A new sheet."""
        if self._strokes:
            self._strokes, self._way, self._down = [], 0.0, False
            self.changed.emit()
            self.update()

    def sizeHint(self) -> QSize:
        """Wide rather than high, as one signs."""
        return QSize(480, 140)

    def minimumSizeHint(self) -> QSize:
        """Room enough for a name."""
        return QSize(240, 120)

    # --- the pen -----------------------------------------------------------------------------

    def _begin(self, at: QPointF) -> None:
        self._down = True
        self._strokes.append([(at.x(), at.y())])
        self.changed.emit()
        self.update()

    def _go_on(self, at: QPointF) -> None:
        if not self._down:
            return
        last = self._strokes[-1][-1]
        self._way += abs(at.x() - last[0]) + abs(at.y() - last[1])
        self._strokes[-1].append((at.x(), at.y()))
        self.changed.emit()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The pen touches the paper."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """It goes over it."""
        self._go_on(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It leaves it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._down = False

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen, with its own precision."""
        match event.type():
            case QEvent.Type.TabletPress:
                self._begin(event.position())
            case QEvent.Type.TabletMove:
                self._go_on(event.position())
            case _:
                self._down = False
        event.accept()

    def event(self, event: QEvent) -> bool:
        """A finger: the first one draws, a palm that rests beside it does not."""
        if isinstance(event, QTouchEvent) and event.type() in _TOUCHES:
            self._touched(event)
            return True
        return super().event(event)

    def _touched(self, event: QTouchEvent) -> None:
        points = event.points()
        if event.type() == QEvent.Type.TouchBegin:
            self._finger = points[0].id()
            self._begin(points[0].position())
        elif event.type() == QEvent.Type.TouchUpdate:
            for point in points:
                if point.id() == self._finger:
                    self._go_on(point.position())
        else:
            self._finger, self._down = None, False
        event.accept()

    # --- the paper ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(self.look.tokens.edge), 2))
        painter.setBrush(QColor(_PAPER))
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
        line = box.top() + box.height() * 0.78
        painter.setPen(QPen(QColor(_RULE), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(box.left() + 32, line), QPointF(box.right() - 32, line))
        ink = QPen(QColor(_INK), 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        ink.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(ink)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self._strokes:
            way = QPainterPath(QPointF(*stroke[0]))
            for point in stroke[1:]:
                way.lineTo(QPointF(*point))
            if len(stroke) == 1:
                painter.drawPoint(QPointF(*stroke[0]))
            painter.drawPath(way)


_TOUCHES = (
    QEvent.Type.TouchBegin,
    QEvent.Type.TouchUpdate,
    QEvent.Type.TouchEnd,
    QEvent.Type.TouchCancel,
)
