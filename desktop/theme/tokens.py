"""Every colour of the app, once for a light and once for a dark room, and the pairs that must read.

Colours are ``#RRGGBB``. A *tone* (go, check, stop) has four: the block (``go``), what is written on
it (``on_go``), a pale ground (``go_tint``) and what is written on that (``go_ink``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from models.verdict import Tone


class Room(Enum):
    """Which set of colours is meant; AUTO follows the operating system."""

    LIGHT = "light"
    DARK = "dark"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Tokens:
    """One set of colours."""

    dark: bool
    background: str
    surface: str
    inset: str
    """A quiet ground inside a card: list rows, counters, keypad."""
    hover: str
    line: str
    edge: str
    """The outline of something that can be used; at least 3:1 against ``surface``."""
    text: str
    muted: str
    disabled: str
    primary: str
    primary_hover: str
    on_primary: str
    accent: str
    """Links, figures that stand out, the focus ring."""
    info_tint: str
    info_ink: str
    go: str
    on_go: str
    go_tint: str
    go_ink: str
    check: str
    on_check: str
    check_tint: str
    check_ink: str
    stop: str
    on_stop: str
    stop_tint: str
    stop_ink: str

    def block(self, tone: Tone) -> tuple[str, str]:
        """(ground, writing) of a full block in ``tone``."""
        return getattr(self, tone.value), getattr(self, f"on_{tone.value}")

    def tint(self, tone: Tone) -> tuple[str, str]:
        """(ground, writing) of a pale field in ``tone``."""
        return getattr(self, f"{tone.value}_tint"), getattr(self, f"{tone.value}_ink")


LIGHT = Tokens(
    dark=False,
    background="#F1F4F8",
    surface="#FFFFFF",
    inset="#F4F7FA",
    hover="#E9EEF4",
    line="#DCE3EA",
    edge="#7C8A99",
    text="#14202B",
    muted="#4E5D6C",
    disabled="#5E6C7A",
    primary="#0B5CAD",
    primary_hover="#094C90",
    on_primary="#FFFFFF",
    accent="#0B5CAD",
    info_tint="#E3EEF9",
    info_ink="#0A3F75",
    go="#117A3D",
    on_go="#FFFFFF",
    go_tint="#E2F4E8",
    go_ink="#0A5A2C",
    check="#FFB81C",
    on_check="#201500",
    check_tint="#FFF1CF",
    check_ink="#6A4500",
    stop="#B3261E",
    on_stop="#FFFFFF",
    stop_tint="#FCE9E7",
    stop_ink="#8C1D18",
)

DARK = Tokens(
    dark=True,
    background="#0E141A",
    surface="#18212A",
    inset="#202B36",
    hover="#2A3743",
    line="#2F3C49",
    edge="#718294",
    text="#EDF2F7",
    muted="#AEBBC8",
    disabled="#8896A5",
    primary="#6CB2FF",
    primary_hover="#8DC3FF",
    on_primary="#052340",
    accent="#7CBBFF",
    info_tint="#15304B",
    info_ink="#BBDBFF",
    go="#35C678",
    on_go="#03210F",
    go_tint="#10311F",
    go_ink="#7FE3AC",
    check="#FFB81C",
    on_check="#201500",
    check_tint="#3A2B08",
    check_ink="#FFD27A",
    stop="#C9352C",
    on_stop="#FFFFFF",
    stop_tint="#431815",
    stop_ink="#FFB4AB",
)

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *(
        (ink, ground)
        for ink in ("text", "muted")
        for ground in ("background", "surface", "inset", "hover")
    ),
    ("text", "go_tint"),
    ("text", "check_tint"),
    ("text", "stop_tint"),
    ("text", "info_tint"),
    ("accent", "surface"),
    ("accent", "inset"),
    ("accent", "background"),
    ("disabled", "surface"),
    ("disabled", "inset"),
    ("on_primary", "primary"),
    ("on_primary", "primary_hover"),
    ("info_ink", "info_tint"),
    *((f"on_{tone.value}", tone.value) for tone in Tone),
    *((f"{tone.value}_ink", f"{tone.value}_tint") for tone in Tone),
    *((f"{tone.value}_ink", ground) for tone in Tone for ground in ("surface", "inset", "hover")),
)
"""(writing, ground) wherever the two meet; each must reach 4.5:1 in both sets."""

SHAPE_PAIRS: tuple[tuple[str, str], ...] = (
    ("edge", "surface"),
    ("edge", "background"),
    ("accent", "background"),
    ("accent", "surface"),
)
"""(line, ground) of outlines that must be seen to use something; each must reach 3:1."""


def contrast(first: str, second: str) -> float:
    """The contrast of two colours after WCAG 2: 1 (equal) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
