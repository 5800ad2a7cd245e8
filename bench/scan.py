"""From a camera's frame to the verdict on the screen, along the very path that the app takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any, cast

import qrcode
import zxingcpp
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEventLoop, QSize, QTimer
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

from bench import city
from bench.device import ACTOR, IDENTITY, Device, device, signed_slip_of
from bench.figures import Figure, Table, at_most
from bench.ground import Ground
from bench.samples import Samples, in_turn
from desktop.photo import everyday_shot, photograph
from desktop.presenters.desk import Desk
from desktop.presenters.scanning import Phase, Scanning
from desktop.scan.frame_reader import PREVIEW_SECONDS, PREVIEW_WIDTH, FrameReader
from desktop.scan.video_frame import examine
from desktop.threads import Threads
from models.facts import Source
from models.slip_text import to_text
from models.verdict import Verdict

SLIPS, WARM_UP = 60, 10
SHARE_OF_FRAME = 0.35
WIDTH, HEIGHT = 1280, 720
HOST = "ksbb.jakarta.go.id"
FRAME_MS = 33
"""A camera gives thirty frames a second: one that can't be read costs that much."""
_PATIENCE_MS = 5_000


def run(ground: Ground) -> Table:
    """Shows slips to the app's frame reader, on the roster of a whole city."""
    application = QCoreApplication.instance() or QCoreApplication(["bench"])
    with device(ground, city.HOUSEHOLDS) as opened:
        figures = _figures(opened)
        notes = opened.notes()
    del application
    return Table(
        "scan: from a camera's frame to the verdict, 3.5 million households",
        "zxing-cpp on the frame's luma, with nothing of ours around it",
        figures,
        [
            "From the frame's arrival at the video sink, over the worker (decoding, preview) and"
            " the database thread (signature, look-up, decision), to the state the screen draws.",
            f"{SLIPS} simulated hand-held 720p photos of slips, the code {SHARE_OF_FRAME:.0%} of"
            " the frame wide.",
            *notes,
        ],
    )


def _figures(opened: Device) -> list[Figure]:
    places = Random(22).sample(range(opened.households), SLIPS + WARM_UP)
    photos = [_photo(place, seed) for seed, place in enumerate(places)]
    frames = [_frame(photo) for photo in photos]
    desk = Desk(opened.station, IDENTITY, ACTOR)
    floor = in_turn(SLIPS, {"floor": lambda number: _bare(photos[number])}, WARM_UP)["floor"]
    worker = in_turn(
        SLIPS, {"worker": lambda number: examine(frames[number], 0, PREVIEW_WIDTH)}, WARM_UP
    )["worker"]
    texts = [examine(frame, 0).reading.texts for frame in frames]
    read = [text[0] for text in texts if text]

    def look(number: int) -> None:
        desk.scan_code(read[number], Source.CAMERA)
        desk.standing()

    looked = in_turn(len(read) - WARM_UP, {"look": look}, WARM_UP)["look"]
    whole = _shown(desk, frames)
    return [
        Figure("frame to verdict: median", whole.median, "ms", floor.median, at_most(20)),
        Figure("  95 of 100 under", whole.p95, "ms", floor.p95),
        Figure("  of that the worker, with the preview: median", worker.median, "ms", floor.median),
        Figure("  signature, look-up, decision, counters: median", looked.median, "ms"),
        Figure("  slips read off their first frame", 100 * len(read) / len(texts), "%"),
    ]


def _shown(desk: Desk, frames: list[QVideoFrame]) -> Samples:
    """How long each slip took from its first frame to the state that shows its verdict."""
    failures: list[BaseException] = []
    threads = Threads(failures.append)
    reader = FrameReader(threads.submit_net, time.monotonic)
    scanning = Scanning(threads, desk)
    reader.code_seen.connect(lambda text: scanning.code(text, Source.CAMERA))
    durations: list[float] = []
    try:
        for number, frame in enumerate(frames):
            # So long that every measured frame has a preview to make, though few really have.
            _wait(lambda done: QTimer.singleShot(round(1100 * PREVIEW_SECONDS), done))
            reader.forget()
            took = _until_shown(reader, scanning, frame)
            seen = scanning.state.seen
            assert seen is not None and seen.verdict is Verdict.ELIGIBLE, seen or failures
            scanning.leave()
            if number >= WARM_UP:
                durations.append(took)
    finally:
        threads.shutdown()
    return Samples(durations)


def _until_shown(reader: FrameReader, scanning: Scanning, frame: QVideoFrame) -> float:
    began = ended = 0.0
    camera = QTimer()
    camera.setInterval(FRAME_MS)
    camera.timeout.connect(lambda: reader.sink.setVideoFrame(QVideoFrame(frame)))

    def begin(done: Callable[[], None]) -> None:
        def changed() -> None:
            nonlocal ended
            if scanning.state.phase is Phase.SHOWN and not ended:
                ended = time.perf_counter()
                camera.stop()
                done()

        nonlocal began
        scanning.changed.connect(changed)
        camera.start()
        began = time.perf_counter()
        reader.sink.setVideoFrame(QVideoFrame(frame))

    _wait(begin)
    scanning.changed.disconnect()
    return 1000 * (ended - began)


def _wait(begin: Callable[[Callable[[], None]], None]) -> None:
    """Runs the event loop from ``begin`` until what it was given is called."""
    loop = QEventLoop()
    patience = QTimer(singleShot=True, interval=_PATIENCE_MS)
    patience.timeout.connect(lambda: loop.exit(1))
    patience.start()
    QTimer.singleShot(0, lambda: begin(loop.quit))
    if loop.exec():
        raise TimeoutError("no verdict came")


def _bare(luma: bytes) -> None:
    view = zxingcpp.ImageView(cast(Any, luma), WIDTH, HEIGHT, zxingcpp.ImageFormat.Lum, WIDTH, 1)
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    zxingcpp.read_barcodes(view, formats=formats)


def _frame(luma: bytes) -> QVideoFrame:
    """The photo as a camera sends it: NV12, here without colour."""
    form = QVideoFrameFormat(QSize(WIDTH, HEIGHT), QVideoFrameFormat.PixelFormat.Format_NV12)
    frame = QVideoFrame(form)
    assert frame.map(QVideoFrame.MapMode.WriteOnly)
    for number, plane in enumerate((luma, bytes([128]) * (WIDTH * HEIGHT // 2))):
        cast(memoryview, frame.bits(number))[: len(plane)] = plane
    frame.unmap()
    return frame


def _photo(place: int, seed: int) -> bytes:
    """The luma of a photo of that household's slip."""
    photo = photograph(_code(place), everyday_shot(seed, SHARE_OF_FRAME), seed)
    return photo.convert("L").tobytes()


def _code(place: int) -> Image.Image:
    """The QR as it is printed: level Q, four modules of white around it."""
    made: qrcode.QRCode[Any] = qrcode.QRCode(
        error_correction=qrcode.ERROR_CORRECT_Q, box_size=8, mask_pattern=3
    )
    made.add_data(to_text(signed_slip_of(place), HOST), optimize=0)
    made.make(fit=True)
    matrix = made.get_matrix()
    side = len(matrix)
    image = Image.new("L", (side, side))
    image.putdata([0 if dark else 255 for row in matrix for dark in row])
    return image.resize((8 * side, 8 * side), Image.Resampling.NEAREST)
