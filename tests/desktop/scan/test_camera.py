"""The camera path without a camera: frames through QVideoFrameInput, session and sink."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, cast

import pytest
from PIL import Image
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat, QVideoFrameInput
from pytestqt.qtbot import QtBot

from desktop.photo import everyday_shot, photograph
from desktop.scan.camera import CameraSource, CameraState, Resolution, best_resolution
from desktop.scan.codes import NoCode
from desktop.scan.video_frame import FrameError, examine
from tests.desktop.scan.printed import slip_print

Pixel = QVideoFrameFormat.PixelFormat
WIDTH, HEIGHT = 1280, 720


class Pool(QObject):
    """Runs work in a real worker and hands results back on the GUI thread."""

    _done = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.workers = ThreadPoolExecutor(2)
        self.under_way = 0
        self.most = 0
        self._done.connect(lambda call: call(), Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        work: Callable[[], Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[BaseException], None],
    ) -> None:
        self.under_way += 1
        self.most = max(self.most, self.under_way)

        def finished(future: Future[Any]) -> None:
            def deliver() -> None:
                self.under_way -= 1
                error = future.exception()
                if error is None:
                    on_done(future.result())
                else:
                    on_error(error)

            self._done.emit(deliver)

        self.workers.submit(work).add_done_callback(finished)


@pytest.fixture
def pool(qapp: object) -> Iterator[Pool]:
    pool = Pool()
    yield pool
    pool.workers.shutdown(wait=True)


@pytest.fixture
def source(pool: Pool) -> Iterator[CameraSource]:
    source = CameraSource(pool.submit, time.monotonic)
    yield source
    source.stop()


def frame_of(picture: Image.Image, form: Pixel) -> QVideoFrame:
    """``picture`` as a camera would send it."""
    rgb = picture.convert("RGB")
    y, cb, cr = rgb.convert("YCbCr").split()
    half = (rgb.width // 2, rgb.height // 2)
    small = [part.resize(half) for part in (cb, cr)]
    wide = [part.resize((half[0], rgb.height)) for part in (cb, cr)]
    frame = QVideoFrame(QVideoFrameFormat(QSize(*rgb.size), form))
    assert frame.map(QVideoFrame.MapMode.WriteOnly)
    if form in (Pixel.Format_NV12, Pixel.Format_NV21):
        u, v = small if form == Pixel.Format_NV12 else small[::-1]
        both = bytearray(2 * half[0] * half[1])
        both[0::2], both[1::2] = u.tobytes(), v.tobytes()
        planes = [y.tobytes(), bytes(both)]
    elif form in (Pixel.Format_YUV420P, Pixel.Format_YV12):
        u, v = small if form == Pixel.Format_YUV420P else small[::-1]
        planes = [y.tobytes(), u.tobytes(), v.tobytes()]
    elif form == Pixel.Format_YUV422P:
        planes = [y.tobytes(), wide[0].tobytes(), wide[1].tobytes()]
    elif form == Pixel.Format_Y8:
        planes = [y.tobytes()]
    elif form in (Pixel.Format_YUYV, Pixel.Format_UYVY):
        packed = bytearray(2 * rgb.width * rgb.height)
        luma = 0 if form == Pixel.Format_YUYV else 1
        packed[luma::2] = y.tobytes()
        packed[1 - luma :: 4], packed[3 - luma :: 4] = wide[0].tobytes(), wide[1].tobytes()
        planes = [bytes(packed)]
    else:
        deep = bytearray(2 * rgb.width * rgb.height)
        deep[1::2] = y.tobytes()
        planes = [bytes(deep)]
    for number, data in enumerate(planes):
        cast(memoryview, frame.bits(number))[: len(data)] = data
    frame.unmap()
    return frame


def slip_photo(seed: int = 1) -> tuple[str, Image.Image]:
    text, clean = slip_print(seed)
    return text, photograph(clean.convert("RGB"), everyday_shot(seed, share=0.4), seed)


def state_of(source: CameraSource) -> CameraState:
    return source.state


def test_a_slip_before_the_camera_is_seen_once_and_the_preview_shows_it(
    qtbot: QtBot, pool: Pool, source: CameraSource
) -> None:
    text, photo = slip_photo()
    seen: list[str] = []
    previews: list[QImage] = []
    source.reader.code_seen.connect(seen.append)
    source.reader.frame.connect(previews.append)
    box = QVideoFrameInput(source)
    source.start_input(box)
    assert state_of(source) is CameraState.STARTING
    for _ in range(6):
        # A frame of its own each time, as a camera sends: a sink passes over the very same one.
        frame = frame_of(photo, Pixel.Format_NV12)
        with qtbot.waitSignal(source.reader.frame_came):
            box.sendVideoFrame(frame)
    assert seen == [text]
    assert state_of(source) is CameraState.RUNNING
    assert pool.most == 1
    assert previews and previews[0].size() == QSize(640, 360)


def test_two_slips_after_each_other_are_both_seen_at_once(
    qtbot: QtBot, source: CameraSource
) -> None:
    (first, one), (second, two) = slip_photo(1), slip_photo(2)
    seen: list[str] = []
    source.reader.code_seen.connect(seen.append)
    box = QVideoFrameInput(source)
    source.start_input(box)
    for photo in (one, two, one):
        frame = frame_of(photo, Pixel.Format_YUYV)
        with qtbot.waitSignal(source.reader.frame_came):
            box.sendVideoFrame(frame)
    assert seen == [first, second]
    source.reader.forget()
    with qtbot.waitSignal(source.reader.code_seen):
        box.sendVideoFrame(frame_of(one, Pixel.Format_YUYV))
    assert seen == [first, second, first]


def test_frames_that_come_too_fast_are_dropped_not_queued(
    qtbot: QtBot, pool: Pool, source: CameraSource
) -> None:
    _, photo = slip_photo()
    examined: list[None] = []
    source.reader.frame_came.connect(lambda: examined.append(None))
    frames = [frame_of(photo, Pixel.Format_NV12) for _ in range(20)]
    for frame in frames:
        source.reader.sink.setVideoFrame(frame)
    qtbot.waitUntil(lambda: len(examined) >= 2 and pool.under_way == 0)
    assert len(examined) <= 4
    assert pool.most == 1


def test_a_paused_reader_looks_at_nothing(qtbot: QtBot, pool: Pool, source: CameraSource) -> None:
    _, photo = slip_photo()
    source.reader.pause(True)
    source.reader.sink.setVideoFrame(frame_of(photo, Pixel.Format_NV12))
    assert pool.under_way == 0
    source.reader.pause(False)
    with qtbot.waitSignal(source.reader.code_seen):
        source.reader.sink.setVideoFrame(frame_of(photo, Pixel.Format_NV12))


@pytest.mark.parametrize(
    "form",
    [
        Pixel.Format_NV12, Pixel.Format_NV21, Pixel.Format_YUV420P, Pixel.Format_YV12,
        Pixel.Format_YUV422P, Pixel.Format_YUYV, Pixel.Format_UYVY, Pixel.Format_Y8,
        Pixel.Format_P010, Pixel.Format_Y16,
    ],
)  # fmt: skip
def test_every_yuv_form_is_read_and_shown_in_its_colours(qapp: object, form: Pixel) -> None:
    text, photo = slip_photo()
    photo.paste((200, 40, 30), (0, 0, 200, 200))
    glimpse = examine(frame_of(photo, form), 0, 640)
    assert glimpse.reading.texts == (text,)
    assert glimpse.preview is not None
    corner = glimpse.preview.pixelColor(50, 50)
    grey = form in (Pixel.Format_Y8, Pixel.Format_P010, Pixel.Format_Y16)
    wanted = QColor(86, 86, 86) if grey else QColor(200, 40, 30)
    assert abs(corner.red() - wanted.red()) < 12
    assert abs(corner.green() - wanted.green()) < 12
    assert abs(corner.blue() - wanted.blue()) < 12


@pytest.mark.parametrize(
    "form", [QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32_Premultiplied]
)
def test_frames_that_are_pictures_are_read_too(qapp: object, form: QImage.Format) -> None:
    text, photo = slip_photo()
    data = photo.tobytes()
    image = QImage(data, WIDTH, HEIGHT, 3 * WIDTH, QImage.Format.Format_RGB888)
    glimpse = examine(QVideoFrame(image.convertToFormat(form)), 0, 320)
    assert glimpse.reading.texts == (text,)
    assert glimpse.preview is not None and glimpse.preview.width() == 320


def test_an_empty_table_is_no_code_and_an_empty_frame_an_error(qapp: object) -> None:
    grey = Image.new("RGB", (WIDTH, HEIGHT), (90, 90, 90))
    glimpse = examine(frame_of(grey, Pixel.Format_NV12), 3)
    assert glimpse.reading.reason is NoCode.NONE_SEEN
    assert glimpse.preview is None
    with pytest.raises(FrameError):
        examine(QVideoFrame(), 0)


def test_without_a_camera_the_state_says_so_and_nothing_is_raised(
    qtbot: QtBot, source: CameraSource
) -> None:
    if source.cameras():
        pytest.skip("this machine has a camera")
    with qtbot.waitSignal(source.state_changed) as changed:
        source.start()
    assert changed.args == [CameraState.NONE]
    source.stop()
    assert source.state is CameraState.STOPPED


def test_an_input_that_sends_nothing_is_noticed(qtbot: QtBot, source: CameraSource) -> None:
    source.patience.setInterval(50)
    with qtbot.waitSignals([source.state_changed] * 2):
        source.start_input(QVideoFrameInput(source))
    assert source.state is CameraState.SILENT


@pytest.mark.parametrize(
    ("offers", "wanted"),
    [
        ([(640, 480, 30), (1280, 720, 30), (1920, 1080, 30)], (1280, 720, 30)),
        ([(640, 480, 30), (1280, 720, 10), (1920, 1080, 30)], (1920, 1080, 30)),
        ([(640, 480, 30), (800, 600, 30)], (800, 600, 30)),
        ([(1280, 960, 30), (3840, 2160, 30)], (1280, 960, 30)),
        ([(1280, 720, 15), (1280, 720, 30)], (1280, 720, 30)),
        ([(640, 480, 5), (1280, 720, 5)], (1280, 720, 5)),
    ],
)
def test_the_camera_is_asked_for_720p_or_what_is_nearest(
    offers: list[tuple[int, int, float]], wanted: tuple[int, int, float]
) -> None:
    best = best_resolution([Resolution(*offer) for offer in offers])
    assert best is not None and offers[best] == wanted


def test_a_camera_without_any_format_is_left_to_choose() -> None:
    assert best_resolution([]) is None
