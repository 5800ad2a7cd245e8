"""The camera's way without a camera, what the multimedia library can decode, and the sounds."""

from __future__ import annotations

import io
import time
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QSize, QUrl
from PySide6.QtMultimedia import (
    QAudioDecoder,
    QMediaDevices,
    QMediaFormat,
    QMediaPlayer,
    QVideoFrame,
    QVideoFrameFormat,
    QVideoFrameInput,
    QVideoSink,
)

from desktop.scan.camera import WANTED_HEIGHT, WANTED_WIDTH, CameraSource
from desktop.selftest.expect import expect
from desktop.selftest.pictures import drawn_slip
from desktop.selftest.waiting import application, await_that
from desktop.theme.sounds import Sounds
from desktop.threads import Threads
from models.cose import Signer
from models.verdict import Tone
from resources import resource_path

_VIDEO = frozenset({"MotionJPEG", "MPEG4"})
"""What Qt lists of the decoders that there are. H.264 it does not list on every system where it can
be decoded, so ``film`` tries that one itself."""
_SIZE = (128, 96)
_LEVELS = range(40, 232, 16)
"""The grey of one picture after another."""


def camera(_folder: Path) -> str:
    """Frames through session and sink, as a camera's, are examined and the slip in them is read."""
    application()
    text, drawn = drawn_slip(Signer.generate())
    errors: list[BaseException] = []
    seen: list[str] = []
    threads = Threads(errors.append)
    source = CameraSource(threads.submit_net, time.monotonic)
    try:
        source.reader.code_seen.connect(seen.append)
        frames = QVideoFrameInput(source)
        source.start_input(frames)
        frame = _frame_of(drawn)
        frames.readyToSendVideoFrame.connect(lambda: frames.sendVideoFrame(frame))
        frames.sendVideoFrame(frame)
        await_that(lambda: bool(seen or errors), "frames")
    finally:
        source.stop()
        threads.shutdown()
    expect(not errors, str(errors))
    expect(seen == [text], f"read: {seen}")
    return f"{WANTED_WIDTH}×{WANTED_HEIGHT}"


def decoders(_folder: Path) -> str:
    """What can be decoded: a bundle that lacks a library of these says nothing and shows black."""
    application()
    form = QMediaFormat()
    found = {codec.name for codec in form.supportedVideoCodecs(QMediaFormat.ConversionMode.Decode)}
    expect(found >= _VIDEO, f"only {', '.join(sorted(found)) or '-'}")
    return ", ".join(sorted(found))


def film(folder: Path) -> str:
    """What webcams send is really decoded, by the very libraries that a camera's frames go to."""
    application()
    films = {"film.mjpeg": _motion_jpeg(), "film.h264": _h264()}
    for name, data in films.items():
        (folder / name).write_bytes(data)
        shown = _first_size(folder / name)
        expect(shown == _SIZE, f"{name}: {shown}")
    return "MotionJPEG, H264"


def _first_size(file: Path) -> tuple[int, int]:
    """The size of the first picture of a film."""
    shown: list[tuple[int, int]] = []
    wrong: list[str] = []
    player, sink = QMediaPlayer(), QVideoSink()
    player.setVideoSink(sink)
    sink.videoFrameChanged.connect(lambda frame: shown.append((frame.width(), frame.height())))
    player.errorOccurred.connect(lambda _error, words: wrong.append(words))
    player.setSource(QUrl.fromLocalFile(str(file)))
    player.play()
    try:
        await_that(lambda: bool(shown or wrong), file.name)
    finally:
        player.stop()
        player.setSource(QUrl())
    expect(not wrong, f"{file.name}: {'; '.join(wrong)}")
    return shown[0]


def _motion_jpeg() -> bytes:
    stream = io.BytesIO()
    for level in _LEVELS:
        Image.new("RGB", _SIZE, (level, level, level)).save(stream, "JPEG")
    return stream.getvalue()


def _h264() -> bytes:
    """Pictures in H.264 as its simplest encoder may write them: every macroblock in plain samples
    (I_PCM, ITU-T H.264 §7.3.5). Nothing that we ship can encode it."""
    start = b"\0\0\0\1"
    parameters = start + bytes.fromhex("6742000af841a2") + start + bytes.fromhex("68ce3880")
    blocks = (_SIZE[0] // 16) * (_SIZE[1] // 16)

    def picture(level: int) -> bytes:
        block = bytes([level]) * 16 * 16 + bytes([128]) * 2 * 8 * 8
        head = start + bytes.fromhex("05888421a0")
        return parameters + head + b"\x0d\0".join([block] * blocks) + b"\x80"

    return b"".join(picture(level) for level in _LEVELS)


def sounds(_folder: Path) -> str:
    """Each sound is decoded, and loaded for the loudspeaker where there is one."""
    application()
    for tone in Tone:
        file = resource_path("sounds", f"{tone.value}.wav")
        expect(_audible_frames(file) > 0, f"nothing in {file.name}")
    if QMediaDevices.defaultAudioOutput().isNull():
        return "QMediaDevices: 0"
    played = Sounds()
    played.prepare()
    await_that(lambda: played.loaded, "loudspeaker")
    return QMediaDevices.defaultAudioOutput().description()


def _audible_frames(file: Path) -> int:
    decoder, ended = QAudioDecoder(), list[bool]()
    frames = 0

    def take() -> None:
        nonlocal frames
        while decoder.bufferAvailable():
            frames += decoder.read().frameCount()

    decoder.bufferReady.connect(take)
    decoder.finished.connect(lambda: ended.append(True))
    decoder.error.connect(lambda _error: ended.append(False))
    decoder.setSource(QUrl.fromLocalFile(str(file)))
    decoder.start()
    await_that(lambda: bool(ended), file.name)
    take()
    expect(ended[0], f"{file.name}: {decoder.errorString()}")
    return frames


def _frame_of(drawn: Image.Image) -> QVideoFrame:
    """A grey frame of a camera's size with the code in its middle."""
    paper = Image.new("L", (WANTED_WIDTH, WANTED_HEIGHT), 255)
    paper.paste(drawn, ((paper.width - drawn.width) // 2, (paper.height - drawn.height) // 2))
    form = QVideoFrameFormat(QSize(*paper.size), QVideoFrameFormat.PixelFormat.Format_Y8)
    frame = QVideoFrame(form)
    expect(frame.map(QVideoFrame.MapMode.WriteOnly), "a frame can't be mapped")
    data = paper.tobytes()
    bits = memoryview(frame.bits(0))
    bits[: len(data)] = data
    frame.unmap()
    return frame
