"""A slip as a picture: what one sees of it when it lies flat, for the trial and for tests."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from models.qr import rectangles
from models.texts import Language
from models.typesetting import Weight, width
from resources import resource_path
from server.slips.card import Card
from server.slips.form import EIGHT, WIDTH, Form
from server.slips.layout import Layout, Rule, lay_out

DPI = 300
_BLACK, _WHITE = 0, 255


def draw_picture(
    card: Card, language: Language = "id", dpi: int = DPI, form: Form = EIGHT
) -> Image.Image:
    """The slip in grey levels, its edges where the cuts go; 1240 × 850 px at 300 dots an inch."""
    layout = lay_out(card, language, form)
    scale = dpi / 25.4
    image = Image.new("L", (round(WIDTH * scale), round(form.height * scale)), _WHITE)
    draw = ImageDraw.Draw(image)
    _draw_code(draw, layout, scale)
    for rule in layout.rules:
        _draw_rule(draw, rule, scale)
    for text in layout.texts:
        x = text.x
        for piece in text.line:
            face = _face(piece.weight, text.size * dpi / 72)
            # Letter by letter: Pillow rounds each advance to whole dots, the PDF does not.
            for letter in piece.text:
                draw.text((x * scale, text.y * scale), letter, _BLACK, face, anchor="ls")
                x += width(letter, piece.weight, text.size)
    return image


def save_picture(
    card: Card, file: Path, language: Language = "id", dpi: int = DPI, form: Form = EIGHT
) -> None:
    """``draw_picture`` as a PNG in ``file`` that knows its size on paper."""
    draw_picture(card, language, dpi, form).save(file, "PNG", dpi=(dpi, dpi))


def _draw_code(draw: ImageDraw.ImageDraw, layout: Layout, scale: float) -> None:
    module = layout.code_side / len(layout.code)

    def dot(modules: int, start: float) -> int:
        return round((start + modules * module) * scale)

    for x, y, wide, high in rectangles(layout.code):
        left, top = dot(x, layout.code_x), dot(y, layout.code_y)
        right, bottom = dot(x + wide, layout.code_x), dot(y + high, layout.code_y)
        # Pillow's rectangles contain their right and lower edge.
        draw.rectangle((left, top, right - 1, bottom - 1), _BLACK)


def _draw_rule(draw: ImageDraw.ImageDraw, rule: Rule, scale: float) -> None:
    """A level or upright line; dashes are as long as the gaps between them."""
    length = max(rule.x2 - rule.x1, rule.y2 - rule.y1)
    step = rule.dash or length
    upright = rule.x1 == rule.x2
    start = 0.0
    while start < length:
        end = min(start + step, length)
        x1, y1 = (rule.x1, rule.y1 + start) if upright else (rule.x1 + start, rule.y1)
        x2, y2 = (rule.x1, rule.y1 + end) if upright else (rule.x1 + end, rule.y1)
        half = rule.thick / 2
        box = (x1 - half, y1, x2 + half, y2) if upright else (x1, y1 - half, x2, y2 + half)
        draw.rectangle(tuple(round(edge * scale) for edge in box), _BLACK)
        start += 2 * step


@lru_cache(maxsize=64)
def _face(weight: Weight, pixels: float) -> ImageFont.FreeTypeFont:
    file = str(resource_path("fonts", f"{weight.value}.ttf"))
    return ImageFont.truetype(file, pixels, layout_engine=ImageFont.Layout.BASIC)
