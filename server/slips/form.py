"""The two sizes of a slip: eight on a sheet of A4, or ten where paper is dear.

How large the code is: 42 mm for 57 or 61 modules are 0.74 or 0.69 mm a module. A camera's frame of
1280 px that shows 208 mm (a laptop's, 18 cm away) gives a module 4.25 px, which is what a typical
picture needs; 2.75 px, enough for a clean one, are left at 28 cm. At 30 mm those would be 13 and
20 cm, nearer than many a laptop's camera can focus. Ten on a sheet leave the code 35 mm: 15 and
23 cm. So eight are what is printed unless ten are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 105.0
"""Half an A4 sheet, so that one cut down the middle parts the columns."""
PAD = 5.0
"""What home printers leave white at the paper's edge, and a cut may miss by."""
SMALLEST = 8.0


@dataclass(frozen=True, slots=True)
class Density:
    """How tightly the text is set: points of the name (at most), the goods and the rest, and the
    most lines for the contents of a package and for the address."""

    name: float
    goods: float
    rest: float
    contents: int
    address: int
    headings: bool = True
    """Stages stand above their packages and the days on lines of their own, not run on."""
    wrapped: bool = True
    """Name and area may take a second line."""


@dataclass(frozen=True, slots=True)
class Form:
    """A size of slip; millimetres from its upper left corner, text by its baseline."""

    a_sheet: int
    """Slips on a sheet, in two columns."""
    height: float
    code: float
    """The side of the code without its quiet zone."""
    label: float | None
    """Where the word for the number stands; None: there is no room for it."""
    number: float
    number_size: float
    foot_rule: float
    foot: tuple[float, float]
    foot_size: float
    leading: float
    densities: tuple[Density, ...]
    """Tried in turn until nothing is cut off and everything has room, then until everything has
    room. The last always has."""

    @property
    def code_left(self) -> float:
        return WIDTH - PAD - self.code

    @property
    def fold(self) -> float:
        """Where the slip is to be folded: left of the code and its quiet zone. A fold in the
        slip's very middle, further left, does the code no harm either."""
        return self.code_left - 3.2

    @property
    def room(self) -> float:
        """How wide the text half is."""
        return self.fold - 1.2 - PAD


_TIGHT = (
    Density(11, 9, 8, 4, 2),
    Density(11, 9, 8, 3, 2),
    Density(11, 9, 8, 2, 2),
    Density(10.5, 8.5, 8, 2, 2, headings=False),
    Density(10.5, 8.5, 8, 1, 2, headings=False),
    Density(10.5, 8.5, 8, 1, 1, headings=False),
    Density(10, 8, 8, 0, 2, headings=False),
    Density(9.5, 8, 8, 0, 1, headings=False),
    Density(9, 8, 8, 0, 0, headings=False),
)
_USUAL = (Density(12, 10, 8.5, 6, 4), Density(11.5, 9.5, 8, 5, 3))

EIGHT = Form(
    a_sheet=8,
    height=72.0,
    code=42.0,
    label=53.2,
    number=58.6,
    number_size=15.0,
    foot_rule=61.2,
    foot=(64.7, 68.3),
    foot_size=9.0,
    leading=1.2,
    densities=(
        Density(15, 12, 10.5, 6, 4),
        Density(14, 11.5, 10, 6, 4),
        Density(13, 11, 9.5, 6, 4),
        Density(12, 10.5, 9, 6, 4),
        *_USUAL,
        *_TIGHT,
    ),
)
"""The last density holds 4 lines of goods, 2 each of name and area, 3 of days and 3 others."""

TEN = Form(
    a_sheet=10,
    height=57.6,
    code=35.0,
    label=None,
    number=46.2,
    number_size=13.0,
    foot_rule=47.8,
    foot=(51.0, 54.3),
    foot_size=8.5,
    leading=1.12,
    densities=(
        *_USUAL,
        *_TIGHT,
        Density(9, 8, 8, 0, 0, headings=False, wrapped=False),
    ),
)
"""The last density holds 4 lines of goods, 3 of days and 5 others."""

FORMS = {form.a_sheet: form for form in (EIGHT, TEN)}
