"""The ladder: treatments after which a code that could not be read often can be.

Each rung makes another grey picture of the same still; the decoder tries them in turn, the cheap
and fruitful first. What each is for and what it gained stands in
``docs/decisions/0004-reading-photos.md``; a rung that does not pay its milliseconds is not here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from PIL import Image, ImageChops, ImageFilter

_TWICE_SIDE = 2560
_WHOLE_PIXELS = 24_000_000
"""The largest picture a rung makes; it bounds memory and time."""


class Still:
    """A picture (mode L) and what several rungs make of it, made once."""

    def __init__(self, grey: Image.Image) -> None:
        self.grey = grey

    def fitted(self, side: int) -> Image.Image:
        """The picture with its longer side brought to ``side`` px."""
        width, height = self.grey.size
        longer = max(width, height)
        if longer == side:
            return self.grey
        size = (max(1, round(width * side / longer)), max(1, round(height * side / longer)))
        enlarged = side > longer
        return self.grey.resize(
            size, Image.Resampling.BICUBIC if enlarged else Image.Resampling.BOX
        )

    def contrast(self, side: int, blur: float, reach: int, gain: float) -> Image.Image:
        """Local contrast at a working size; see ``local_contrast``."""
        return local_contrast(self.fitted(side), blur, reach, gain)

    @cached_property
    def even(self) -> Image.Image:
        """Evenly lit, at 1300 px: the best single treatment, and what tilts are undone on."""
        return self.contrast(1300, 1.3, 12, 4)

    @cached_property
    def even_turned(self) -> Image.Image:
        """``even`` turned by 45 degrees."""
        return self.even.rotate(45, Image.Resampling.BILINEAR, expand=True, fillcolor=128)


@dataclass(frozen=True, slots=True)
class Rung:
    """A treatment and the name under which reports and benches speak of it."""

    name: str
    treat: Callable[[Still], Image.Image]
    keeps_shape: bool = True
    """False where corners in the treated picture say nothing about the original."""


def local_contrast(image: Image.Image, blur: float, reach: int, gain: float) -> Image.Image:
    """``image`` less the mean of its surroundings, ``gain`` times as strong, around mid grey.

    Evens out shadow, glare and gradients and lifts faint print; ``blur`` (px) first takes the
    noise that would be lifted along, ``reach`` (px) is how far the surroundings go.
    """
    soft = image.filter(ImageFilter.BoxBlur(blur))
    return ImageChops.subtract(soft, soft.filter(ImageFilter.BoxBlur(reach)), 1 / gain, 128)


def squeezed(image: Image.Image, across: float, down: float) -> Image.Image:
    """Pressed together in one direction, which undoes the foreshortening of a steep tilt.

    As good as stretching in the other direction, and cheaper.
    """
    size = (max(1, round(image.width / across)), max(1, round(image.height / down)))
    return image.resize(size, Image.Resampling.BOX)


def sharpened(image: Image.Image) -> Image.Image:
    """Brings out modules of two or three pixels: far away, dense."""
    return image.filter(ImageFilter.UnsharpMask(2, 250, 0))


def _twice(still: Still) -> Image.Image:
    return still.fitted(min(2 * max(still.grey.size), _TWICE_SIDE))


def _whole(still: Still) -> Image.Image:
    """Local contrast at full size, for a small code in a large picture."""
    factor = min(1.0, (_WHOLE_PIXELS / (still.grey.width * still.grey.height)) ** 0.5)
    return still.contrast(round(max(still.grey.size) * factor), 1.3, 20, 4)


_SMALL = Rung("contrast 600", lambda still: still.contrast(600, 1, 6, 5))
_EVEN = Rung("contrast 1300", lambda still: still.even)
_MEDIUM = Rung("contrast 720", lambda still: still.contrast(720, 1, 10, 4))
_FLAT = Rung("flat", lambda still: squeezed(still.even, 1, 1.6), keeps_shape=False)
_NARROW = Rung("narrow", lambda still: squeezed(still.even, 1.6, 1), keeps_shape=False)
_TWICE = Rung("twice", _twice)

CONTRAST_RUNGS = (_SMALL, _EVEN)
"""The most fruitful; what they see but can't read is flattened next."""

LATER_RUNGS = (
    _MEDIUM,
    _NARROW,
    _FLAT,
    Rung("soft 500", lambda still: still.fitted(500).filter(ImageFilter.BoxBlur(1))),
    Rung("contrast 1000", lambda still: still.contrast(1000, 1.5, 30, 6)),
    Rung("narrow turned", lambda still: squeezed(still.even_turned, 1.6, 1), keeps_shape=False),
    Rung("flat turned", lambda still: squeezed(still.even_turned, 1, 1.6), keeps_shape=False),
    Rung("narrower", lambda still: squeezed(still.fitted(1500), 2.5, 0.9), keeps_shape=False),
    Rung("flatter", lambda still: squeezed(still.fitted(1500), 0.9, 2.5), keeps_shape=False),
    Rung("sharpened", lambda still: sharpened(still.fitted(1700))),
    _TWICE,
    Rung("whole", _whole),
)

FRAME_RUNGS = (_SMALL, _TWICE, _MEDIUM, _FLAT, _SMALL, _NARROW)
"""The second looks at camera frames, in turn: 4 to 20 ms each at 720p."""
