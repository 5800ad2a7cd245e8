"""Which text a slip's QR should carry: size, read rate in photos, and safety on keyboards.

The figures behind ``docs/decisions/0003-slip-code-text.md``. Every option is printed equally large,
so a longer text gets smaller modules; every option is photographed with the same seeds.
"""

from __future__ import annotations

import argparse
import base64
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TextIO

import base45
import qrcode
from PIL import Image
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, MODE_NUMBER, QRData

from desktop.photo import Shot, everyday_shot, photograph
from desktop.scan.decode import decode_luma

WIDTH, HEIGHT = 640, 480
FRAMES = 3
"""Looks at each photo: what a camera gets in a tenth of a second."""
HOST = "KSBB.JAKARTA.GO.ID"
SIZES = (120, 131, 143, 150)
"""Bytes of a slip: one and four lines as they are now, and what they may grow to."""

_SEGMENT = tuple[str, int]
_LEVELS = {"L": qrcode.ERROR_CORRECT_L, "M": qrcode.ERROR_CORRECT_M,
           "Q": qrcode.ERROR_CORRECT_Q, "H": qrcode.ERROR_CORRECT_H}  # fmt: skip
_TYPED_ELSEWHERE = {
    "German": {"Y": "Z", "Z": "Y", "-": "ß", "/": "-", ":": "Ö", "*": "(", "+": "`", "%": "%"},
    "Spanish": {"-": "'", "/": "-", ":": "Ñ", "*": "(", "+": "¿"},
    "Brazilian": {"/": ";", ":": "Ç"},
    "Italian": {"-": "'", "/": "-", ":": "ç", "*": "(", "+": "^"},
    "French": {**dict(zip("AQWZM", "QAZW?", strict=True)), "-": ")", "/": "!", ":": "M",
               ".": ":", "*": "8", "$": "4", "%": "5", "+": "+",
               **dict(zip("1234567890", "&é\"'(-è_çà", strict=True))},
}  # fmt: skip
"""What a US scanner's keys for these signs type on other layouts; all others stay."""


@dataclass(frozen=True, slots=True)
class Option:
    """A way to put a slip's bytes into a QR; ``payload`` gives the part that carries them."""

    name: str
    level: str
    head: tuple[_SEGMENT, ...]
    payload: Callable[[bytes], _SEGMENT]
    share: float = 1.0
    """How wide the code is against the room there is (two codes must share it)."""

    def segments(self, data: bytes) -> list[_SEGMENT]:
        """The parts of the code, each with its QR mode; neighbours of one mode are one part."""
        *before, (last, mode) = self.head
        payload, payload_mode = self.payload(data)
        if payload_mode == mode:
            return [*before, (last + payload, mode)]
        return [*self.head, (payload, payload_mode)]

    def text(self, data: bytes) -> str:
        """What a scanner reads."""
        return "".join(part for part, _ in self.segments(data))


def _in_base45(data: bytes) -> _SEGMENT:
    return base45.b45encode(data).decode(), MODE_ALPHA_NUM


def _in_base32(data: bytes) -> _SEGMENT:
    return base64.b32encode(data).decode().rstrip("="), MODE_ALPHA_NUM


def _in_base41(data: bytes) -> _SEGMENT:
    """Base45's three letters for two bytes, with the 41 of its signs that a link may hold."""
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*-.:"
    out = []
    for i in range(0, len(data), 2):
        value = int.from_bytes(data[i : i + 2], "big")
        for _ in range(3 if i + 1 < len(data) else 2):
            out.append(signs[value % len(signs)])
            value //= len(signs)
    return "".join(out), MODE_ALPHA_NUM


def _in_digits(data: bytes) -> _SEGMENT:
    return str(int.from_bytes(b"\1" + data, "big")), MODE_NUMBER


_LINK = ((f"HTTPS://{HOST}/S/", MODE_ALPHA_NUM),)
_FRAGMENT = ((f"HTTPS://{HOST}/", MODE_ALPHA_NUM), ("#", MODE_8BIT_BYTE))
_MARK = (("KSBB1:", MODE_ALPHA_NUM),)

OPTIONS = (
    Option("KSBB1: + base45", "M", _MARK, _in_base45),
    Option("KSBB1: + base45", "Q", _MARK, _in_base45),
    Option("link + base32", "M", _LINK, _in_base32),
    Option("link + base32 (chosen)", "Q", _LINK, _in_base32),
    Option("link + base32", "H", _LINK, _in_base32),
    Option("link + base41", "Q", _LINK, _in_base41),
    Option("link + digits", "Q", _LINK, _in_digits),
    Option("link + # + base32", "Q", _FRAGMENT, _in_base32),
    Option("base45 beside a small link", "Q", _MARK, _in_base45, share=0.78),
)

CONDITIONS: dict[str, Callable[[int], Shot]] = {
    "190 px": lambda seed: _shot(seed, 190),
    "150 px": lambda seed: _shot(seed, 150),
    "blur 1.2": lambda seed: replace(_shot(seed, 250), defocus=1.2),
    "blur 1.5": lambda seed: replace(_shot(seed, 250), defocus=1.5),
    "fold 8% mid": lambda seed: replace(_shot(seed, 290), crease=0.08, crease_at=0.5),
    "fold 12% mid": lambda seed: replace(_shot(seed, 290), crease=0.12, crease_at=0.5),
    "fold 12% low": lambda seed: replace(_shot(seed, 290), crease=0.12, crease_at=0.68),
    "smear 12%": lambda seed: replace(_shot(seed, 290), smear=0.12),
}
"""``px`` is the width in the photo of the code with its quiet zone; blur is a standard deviation;
a fold hides, and a smear wipes, that share of the code's height."""


def _shot(seed: int, px: int) -> Shot:
    return replace(everyday_shot(seed, px / WIDTH), width=WIDTH, height=HEIGHT)


def main(arguments: list[str] | None = None, out: TextIO = sys.stdout) -> None:
    """Prints the tables; about half a minute."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--photos", type=int, default=6, help="per option and condition")
    parser.add_argument("--bytes", type=int, default=131, help="of the slip that is photographed")
    chosen = parser.parse_args(arguments)
    print_sizes(out)
    print_rates(out, chosen.bytes, chosen.photos)


def print_sizes(out: TextIO) -> None:
    """Characters and QR versions, and what becomes of the payload on other keyboards."""
    print(f"Characters and version by bytes of the slip; host {HOST}", file=out)
    print(f"{'':29}" + "".join(f"{size:>12} B" for size in SIZES) + "   keyboards", file=out)
    for option in OPTIONS:
        cells = []
        for size in SIZES:
            data = Random(size).randbytes(size)
            cells.append(f"{len(option.text(data)):>8} v{_code(option, data).version:<4}")
        moved = _layouts_that_change(option)
        print(f"{option.name:26} {option.level} " + "".join(cells) + f"  {moved}", file=out)
    print("keyboards: layouts on which a US scanner mistypes the payload\n", file=out)


def print_rates(out: TextIO, size: int, photos: int) -> None:
    """The share of photos that are read, every option printed equally large."""
    print(f"Percent read of {photos} photos each, slip of {size} bytes", file=out)
    print(f"{'':33}" + "".join(f"{name:>13}" for name in CONDITIONS), file=out)
    for option in OPTIONS:
        cells, version = [], 0
        for shot in CONDITIONS.values():
            read = 0
            for seed in range(photos):
                data = Random(seed).randbytes(size)
                code = _code(option, data)
                version = code.version
                read += _is_read(code, option.text(data), shot(seed), option.share, seed)
            cells.append(f"{100 * read / photos:>13.0f}")
        print(f"{option.name:26} {option.level} v{version:<3}" + "".join(cells), file=out)


def _code(option: Option, data: bytes) -> qrcode.QRCode[Image.Image]:
    code: qrcode.QRCode[Image.Image] = qrcode.QRCode(
        error_correction=_LEVELS[option.level], box_size=6, border=4, mask_pattern=3
    )
    for part, mode in option.segments(data):
        code.add_data(QRData(part.encode(), mode=mode), optimize=0)
    code.make(fit=True)
    return code


def _is_read(
    code: qrcode.QRCode[Image.Image], text: str, shot: Shot, share: float, seed: int
) -> bool:
    matrix = code.get_matrix()
    side = len(matrix)
    clean = Image.new("L", (side, side))
    clean.putdata([0 if dark else 255 for row in matrix for dark in row])
    photo = photograph(
        clean.resize((6 * side, 6 * side), Image.Resampling.NEAREST),
        replace(shot, share=shot.share * share),
        seed,
    )
    luma = photo.tobytes()
    return any(
        text in decode_luma(luma, WIDTH, HEIGHT, WIDTH, turn).texts for turn in range(FRAMES)
    )


def _layouts_that_change(option: Option) -> str:
    signs = set(option.payload(Random(1).randbytes(1500))[0])
    changed = [
        layout
        for layout, typed in _TYPED_ELSEWHERE.items()
        if any(typed.get(sign, sign) != sign for sign in signs)
    ]
    return ", ".join(changed) or "none"


if __name__ == "__main__":
    main()
