"""The camera's picture with a frame to aim by, or in plain words why there is none."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme.fonts import app_font
from desktop.theme.look import Look
from desktop.views.state import CameraStatus
from desktop.views.view import View

_RADIUS = 16
_AIM_SHARE = 0.62
"""Side of the aiming square as a share of the picture's height."""


class CameraPreview(View):
    """Shows frames given to ``show_frame`` while its status is LIVE; the state says the rest."""

    frame_painted = Signal()

    def __init__(
        self,
        look: Look,
        *,
        small: bool = False,
        aim: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(look, parent)
        self._small = small
        self._aim = aim
        self._status = CameraStatus.STARTING
        self._image = QImage()
        self._frame: QVideoFrame | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.dress()

    def dress(self) -> None:
        self.setAccessibleName(self.look.text("camera.preview"))
        self.setAccessibleDescription(self._words()[0])
        self.update()

    def show_status(self, status: CameraStatus) -> None:
        """What the camera does; anything but LIVE drops the last picture."""
        if status is not self._status:
            self._status = status
            if status is not CameraStatus.LIVE:
                self._image, self._frame = QImage(), None
            self.dress()

    def show_frame(self, frame: QVideoFrame | QImage) -> None:
        """Show this frame; one that nobody would see costs nothing."""
        if not self.isVisible() or self._status is not CameraStatus.LIVE:
            return
        if isinstance(frame, QImage):
            self._image, self._frame = frame, None
        else:
            self._image, self._frame = QImage(), frame
        self.update()

    def show_still(self, image: QImage) -> None:
        """Show a picture that stands still, whatever the camera does."""
        self._image, self._frame = image, None
        self.show_status(CameraStatus.LIVE)
        self.update()

    def sizeHint(self) -> QSize:
        # Takes what is left over: where that is little, the words beside it come first.
        return QSize(242, 136) if self._small else self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 90) if self._small else QSize(200, 96)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.setClipPath(edge)
        # A dark ground in both rooms: what is not picture looks switched off, not missing.
        painter.fillRect(self.rect(), QColor("#10171E"))
        if self._paint_picture(painter):
            if self._aim:
                self._paint_aim(painter)
            self.frame_painted.emit()
        else:
            self._paint_words(painter)

    def _paint_picture(self, painter: QPainter) -> bool:
        if self._frame is not None:
            # Turned once per frame that is really shown, never per frame that arrives.
            self._image, self._frame = self._frame.toImage(), None
        if self._image.isNull():
            return False
        wanted = QRectF(self.rect())
        scale = max(wanted.width() / self._image.width(), wanted.height() / self._image.height())
        cut_wide, cut_high = wanted.width() / scale, wanted.height() / scale
        part = QRectF(
            (self._image.width() - cut_wide) / 2,
            (self._image.height() - cut_high) / 2,
            cut_wide,
            cut_high,
        )
        painter.drawImage(wanted, self._image, part)
        return True

    def _paint_aim(self, painter: QPainter) -> None:
        side = min(self.height(), self.width()) * _AIM_SHARE
        box = QRectF(0, 0, side, side)
        box.moveCenter(QRectF(self.rect()).center())
        arm, bend = side * 0.16, 4 if self._small else 10
        thick = 2 if self._small else 4
        for colour, width in ((QColor(0, 0, 0, 90), thick + 3), (QColor("#FFFFFF"), thick)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            for right in (False, True):
                for low in (False, True):
                    painter.drawPath(_corner(box, arm, bend, right, low))

    def _words(self) -> tuple[str, str, str]:
        """(icon, what is so, what to do)."""
        say = self.look.text
        match self._status:
            case CameraStatus.STARTING | CameraStatus.LIVE:
                return "camera", say("camera.starting"), ""
            case CameraStatus.OFF:
                return "camera-off", say("camera.off"), ""
            case CameraStatus.NONE:
                return "camera-off", say("camera.none"), say("camera.none_hint")
            case CameraStatus.LOST:
                return "camera-off", say("camera.lost"), say("camera.lost_hint")

    def _paint_words(self, painter: QPainter) -> None:
        icon, title, hint = self._words()
        sizes = self.look.sizes
        pixels = 28 if self._small else 56
        gap = 6 if self._small else 12
        title_font = app_font(sizes.small if self._small else sizes.heading, QFont.Weight.DemiBold)
        hint_font = app_font(sizes.body)
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
        inner = self.rect().adjusted(12, 8, -12, -8)
        roomy = self.height() > pixels + 4 * sizes.heading
        painter.setFont(title_font)
        title_box = painter.boundingRect(inner, flags, title)
        painter.setFont(hint_font)
        hint_box = painter.boundingRect(inner, flags, hint) if not self._small else QRect()
        high = title_box.height() + (hint_box.height() + gap if hint else 0)
        high += pixels + gap if roomy or self._small else 0
        top = inner.center().y() - high // 2
        if roomy or self._small:
            pixmap = self.look.icon(icon, "#8FA1B3", pixels, self.devicePixelRatioF(), 1.75)
            painter.drawPixmap(inner.center().x() - pixels // 2, top, pixmap)
            top += pixels + gap
        painter.setPen(QColor("#EDF2F7"))
        painter.setFont(title_font)
        painter.drawText(QRect(inner.left(), top, inner.width(), title_box.height()), flags, title)
        if hint and not self._small:
            painter.setPen(QColor("#AEBBC8"))
            painter.setFont(hint_font)
            top += title_box.height() + gap
            painter.drawText(QRect(inner.left(), top, inner.width(), 200), flags, hint)


def _corner(box: QRectF, arm: float, bend: float, right: bool, low: bool) -> QPainterPath:
    x = box.right() if right else box.left()
    y = box.bottom() if low else box.top()
    inward_x, inward_y = (-1 if right else 1), (-1 if low else 1)
    path = QPainterPath()
    path.moveTo(x, y + inward_y * arm)
    path.lineTo(x, y + inward_y * bend)
    path.quadTo(x, y, x + inward_x * bend, y)
    path.lineTo(x + inward_x * arm, y)
    return path
