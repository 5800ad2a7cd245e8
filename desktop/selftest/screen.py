"""What is seen: Qt's plugins, fonts, icons, the printed page, and the app's own window."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QMarginsF, QPluginLoader
from PySide6.QtGui import QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtPrintSupport import QPrinterInfo

from desktop.app import MainWindow
from desktop.selftest.expect import expect
from desktop.selftest.waiting import application, await_that
from desktop.settings import Settings
from desktop.theme.fonts import DISPLAY_FAMILY, FAMILY, app_font, load_fonts
from desktop.theme.icons import icon_pixmap
from desktop.theme.look import Look
from desktop.threads import Threads
from desktop.views.start_screen import StartScreen
from resources import resource

_PLUGINS = {
    "linux": (
        "platforms/libqxcb", "platforms/libqwayland", "platforms/libqoffscreen",
        "xcbglintegrations/libqxcb-glx-integration", "imageformats/libqjpeg",
        "iconengines/libqsvgicon", "multimedia/libffmpegmediaplugin",
        "printsupport/libcupsprintersupport",
        "platforminputcontexts/libcomposeplatforminputcontextplugin",
    ),
    "win32": (
        "platforms/qwindows", "platforms/qoffscreen", "imageformats/qjpeg",
        "iconengines/qsvgicon", "multimedia/ffmpegmediaplugin",
    ),
}  # fmt: skip
"""Qt looks for these while it runs and goes on, mute, without those it does not find or whose
libraries the machine lacks: no window, no camera picture, no printer."""
_INK = 40


def plugins(_folder: Path) -> str:
    """Each plugin is there and finds the libraries of the system that it needs."""
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    wanted = _PLUGINS.get(sys.platform, ())
    suffix = ".dll" if sys.platform == "win32" else ".so"
    for name in wanted:
        loader = QPluginLoader(str(folder / (name + suffix)))
        expect(loader.load(), loader.errorString())
    return f"{len(wanted)}, Qt {QLibraryInfo.version().toString()}"


def fonts(_folder: Path) -> str:
    """The bundled fonts are known to Qt and leave ink."""
    application()
    found = load_fonts()
    expect({FAMILY, DISPLAY_FAMILY} <= set(found), f"only {found}")
    paper = QImage(200, 60, QImage.Format.Format_Grayscale8)
    paper.fill(255)
    painter = QPainter(paper)
    painter.setFont(app_font(32))
    painter.drawText(paper.rect(), "KSBB 123")
    painter.end()
    dark = sum(level < _INK for level in bytes(paper.constBits()))
    expect(dark > 200, f"{dark} dark pixels")
    return ", ".join(found)


def icons(_folder: Path) -> str:
    """Each shipped icon is drawn."""
    application()
    names = [file.name for file in resource("icons").iterdir() if file.name.endswith(".svg")]
    for name in names:
        drawn = icon_pixmap(name.removesuffix(".svg"), "#000000", 24).toImage()
        expect(any(bytes(drawn.constBits())), f"{name} is empty")
    expect(len(names) > 20, f"only {len(names)}")
    return str(len(names))


def printing(folder: Path) -> str:
    """A page is written as PDF, and the system's printers can be asked for."""
    application()
    file = folder / "page.pdf"
    writer = QPdfWriter(str(file))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(20, 20, 20, 20))
    painter = QPainter(writer)
    painter.setFont(app_font(200))
    painter.drawText(300, 300, "KSBB")
    painter.end()
    made = file.read_bytes()
    expect(made.startswith(b"%PDF-") and b"%%EOF" in made[-32:], "no PDF")
    expect(b"Inter" in made, "the font is not embedded")
    return f"PDF {len(made)} B; {', '.join(QPrinterInfo.availablePrinterNames())}".rstrip("; ")


def window(folder: Path) -> str:
    """The app comes up from nothing as far as the page on which a laptop is enrolled."""
    running = application()
    look = Look("id")
    look.apply(running)
    shown = MainWindow(look)
    start = StartScreen(look)
    shown.show_screen(start)
    shown.show_fitting()
    errors: list[BaseException] = []
    threads = Threads(errors.append)
    try:
        from desktop.views.enrol_screen import EnrolScreen
        from desktop.workplace import Workplace

        place = Workplace(shown, threads, folder, Settings(camera="none", sound=False))
        place.begin()
        shown.drop_screen(start)
        await_that(lambda: isinstance(shown.screens.currentWidget(), EnrolScreen), "enrolment")
        picture = shown.grab().toImage()
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in (40, 300)}
        expect(len(colours) > 2, f"{len(colours)} colours")
        platform = QGuiApplication.platformName()
        shown.leave()
    finally:
        threads.shutdown()
    expect(not errors, str(errors))
    return f"{picture.width()}×{picture.height()}, {platform}"
