"""A slip typed through the wrong keyboard layout is called that, whatever the layout."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.scan.layout import ScanTrouble, trouble_with
from models.slip_text import to_text

SLIP = to_text(Random(5).randbytes(131), "ksbb.jakarta.go.id")
TRIAL = to_text(Random(6).randbytes(120), "http://192.168.1.20:8000")

PLAIN = "1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./"
SHIFTED = '!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?'
LAYOUTS = {
    "german": ("1234567890ß´qwertzuiopü+asdfghjklöäyxcvbnm,.-",
               "!\"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄYXCVBNM;:_"),
    "french": ("&é\"'(-è_çà)=azertyuiop^$qsdfghjklmùwxcvbn,;:!",
               "1234567890°+AZERTYUIOP¨£QSDFGHJKLM%WXCVBN?./§"),
    "spanish": ("1234567890'¡qwertyuiop`+asdfghjklñ´zxcvbnm,.-",
                "!\"·$%&/()=?¿QWERTYUIOP^*ASDFGHJKLÑ¨ZXCVBNM;:_"),
    "brazilian": ("1234567890-=qwertyuiop´[asdfghjklç~zxcvbnm,.;",
                  "!@#$%¨&*()_+QWERTYUIOP`{ASDFGHJKLÇ^ZXCVBNM<>:"),
    "dvorak": ("1234567890[]',.pyfgcrl/=aoeuidhtns-;qjkxbmwvz",
               '!@#$%^&*(){}"<>PYFGCRL?+AOEUIDHTNS_:QJKXBMWVZ'),
    "colemak": ("1234567890-=qwfpgjluy;[]arstdhneio'zxcvbkm,./",
                '!@#$%^&*()_+QWFPGJLUY:{}ARSTDHNEIO"ZXCVBKM<>?'),
    "russian": ("1234567890-=йцукенгшщзхъфывапролджэячсмитьбю.",
                "!\"№;%:?*()_+ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,"),
    "turkish": ("1234567890*-qwertyuıopğüasdfghjklşizxcvbnmöç.",
                "!'^+%&/()=?_QWERTYUIOPĞÜASDFGHJKLŞİZXCVBNMÖÇ:"),
    "czech": ("+ěščřžýáíé=´qwertzuiopú)asdfghjklů§yxcvbnm,.-",
              '1234567890%ˇQWERTZUIOP/(ASDFGHJKL"!YXCVBNM?:_'),
}  # fmt: skip


def typed_on(layout: str, text: str, of: str = "") -> str:
    """``text`` as a US scanner types it on ``layout`` (or one set to ``of`` on a US keyboard)."""
    plain, shifted = LAYOUTS[layout]
    keys = dict(zip(PLAIN + SHIFTED, plain + shifted, strict=True))
    if of:
        keys = {theirs: ours for ours, theirs in keys.items()}
    return "".join(keys.get(letter, letter) for letter in text)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("slip", [SLIP, TRIAL], ids=["https", "http"])
def test_a_slip_on_another_layout_is_recognised(layout: str, slip: str) -> None:
    assert trouble_with(typed_on(layout, slip)) is ScanTrouble.WRONG_LAYOUT


@pytest.mark.parametrize("layout", ["german", "french", "spanish", "dvorak", "colemak", "czech"])
def test_a_scanner_set_to_another_layout_on_a_us_computer_is_recognised(layout: str) -> None:
    assert trouble_with(typed_on(layout, SLIP, of="scanner")) is ScanTrouble.WRONG_LAYOUT


def test_a_scanner_that_forgets_shift_is_recognised() -> None:
    keys = dict(zip(SHIFTED, PLAIN, strict=True))
    text = "".join(keys.get(letter, letter) for letter in SLIP)
    assert trouble_with(text) is ScanTrouble.WRONG_LAYOUT


@pytest.mark.parametrize("text", [SLIP, SLIP.lower(), SLIP.swapcase(), SLIP + "\r", TRIAL])
def test_a_slip_read_well_or_under_caps_lock_is_no_trouble(text: str) -> None:
    assert trouble_with(text) is None


@pytest.mark.parametrize("text", [SLIP[:-1], SLIP[:60], SLIP[5:-1], SLIP.lower()[:-3]])
def test_a_slip_of_which_keys_were_lost_is_cut_off(text: str) -> None:
    assert trouble_with(text) is ScanTrouble.CUT_OFF


@pytest.mark.parametrize("layout", ["french", "czech"])
@pytest.mark.parametrize("number", ["3171010101200005", "48210937745"])
def test_a_number_on_a_layout_whose_digits_need_shift_is_recognised(
    layout: str, number: str
) -> None:
    assert trouble_with(typed_on(layout, number)) is ScanTrouble.WRONG_LAYOUT


@pytest.mark.parametrize(
    "text",
    ["", "3171010101200005", "48210937745", "https://example.id/", "WIFI:S:rumah;T:WPA;P:x;;",
     "00020101021226570011ID.DANA.WWW011893600915300000000002090000000000303UMI51440014ID.CO.QRIS",
     "HTTPS://EXAMPLE.ID/S/AB", "BEGIN:VCARD", "8991234567890", "(((((", "a" * 300, "-" * 300,
     "https://example.id/" + "A" * 200],
)  # fmt: skip
def test_other_codes_are_left_to_be_foreign(text: str) -> None:
    assert trouble_with(text) is None


@given(st.text(max_size=400))
def test_no_text_at_all_raises(text: str) -> None:
    trouble_with(text)
