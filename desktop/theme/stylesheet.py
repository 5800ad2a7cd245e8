"""The one style sheet, built from colours and sizes; widgets say what they are by properties.

``role`` on labels (small, body, strong, heading, name, figure), ``tone`` on anything that follows
a verdict (go, check, stop, info), ``kind`` on frames (card, inset, bar, notice, pill).
"""

from __future__ import annotations

from desktop.theme.fonts import DISPLAY_FAMILY, FAMILY
from desktop.theme.sizes import Sizes
from desktop.theme.tokens import Tokens


def build_stylesheet(tokens: Tokens, sizes: Sizes) -> str:
    """The application's style sheet."""
    return "\n".join(
        (_base(tokens, sizes), _frames(tokens), _fields(tokens, sizes), _lists(tokens, sizes))
    )


def _base(t: Tokens, s: Sizes) -> str:
    return f"""
QWidget {{ font-family: "{FAMILY}"; font-size: {s.body}px; color: {t.text}; }}
QWidget[kind="page"] {{ background: {t.background}; }}
QLabel {{ background: transparent; }}
QLabel[role="small"] {{ font-size: {s.small}px; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="heading"] {{ font-size: {s.heading}px; font-weight: 600; }}
QLabel[role="name"] {{ font-family: "{DISPLAY_FAMILY}"; font-size: {s.name}px; font-weight: 700; }}
QLabel[role="name_large"] {{
    font-family: "{DISPLAY_FAMILY}"; font-size: {s.name_large}px; font-weight: 700;
}}
QLabel[role="name_low"] {{
    font-family: "{DISPLAY_FAMILY}"; font-size: {s.name_low}px; font-weight: 700;
}}
QLabel[role="figure"] {{
    font-family: "{DISPLAY_FAMILY}"; font-size: {s.figure}px; font-weight: 700;
}}
QLabel[role="verdict"] {{
    font-family: "{DISPLAY_FAMILY}"; font-size: {s.verdict}px; font-weight: 700;
}}
QLabel[role="verdict_low"] {{
    font-family: "{DISPLAY_FAMILY}"; font-size: {s.verdict_low}px; font-weight: 700;
}}
QLabel[ink="muted"] {{ color: {t.muted}; }}
QLabel[ink="accent"] {{ color: {t.accent}; }}
QLabel[ink="info"] {{ color: {t.info_ink}; }}
QLabel[ink="go"] {{ color: {t.go_ink}; }}
QLabel[ink="check"] {{ color: {t.check_ink}; }}
QLabel[ink="stop"] {{ color: {t.stop_ink}; }}
QLabel[ink="on_info"] {{ color: {t.info_ink}; }}
QLabel[ink="on_go"] {{ color: {t.on_go}; }}
QLabel[ink="on_check"] {{ color: {t.on_check}; }}
QLabel[ink="on_stop"] {{ color: {t.on_stop}; }}
QToolTip {{
    background: {t.inset}; color: {t.text}; border: 1px solid {t.line}; padding: 8px;
    font-size: {s.small}px;
}}
"""


def _frames(t: Tokens) -> str:
    tints = "\n".join(
        f'QFrame[kind="{kind}"][tone="{tone}"] {{ background: {ground}; }}'
        for tone, block, pale in (
            ("go", t.go, t.go_tint),
            ("check", t.check, t.check_tint),
            ("stop", t.stop, t.stop_tint),
            ("info", t.info_tint, t.info_tint),
        )
        for kind, ground in (("verdict", block), ("notice", pale), ("tint", pale))
    )
    return f"""
QFrame[kind="card"] {{
    background: {t.surface}; border: 1px solid {t.line}; border-radius: 16px;
}}
QFrame[kind="inset"], QFrame[kind="tint"] {{
    background: {t.inset}; border: none; border-radius: 12px;
}}
QFrame[kind="verdict"] {{ border: none; border-radius: 20px; }}
QFrame[kind="notice"] {{ border: none; border-radius: 12px; }}
QFrame[kind="bar"] {{
    background: {t.surface}; border: none; border-bottom: 1px solid {t.line}; border-radius: 0;
}}
QFrame[kind="rule"] {{ background: {t.line}; border: none; }}
{tints}
"""


def _fields(t: Tokens, s: Sizes) -> str:
    inner = s.control - 4
    return f"""
QLineEdit, QComboBox {{
    background: {t.surface}; border: 2px solid {t.edge}; border-radius: 12px;
    padding: 0 14px; min-height: {inner}px; max-height: {inner}px;
    placeholder-text-color: {t.muted};
    selection-background-color: {t.primary}; selection-color: {t.on_primary};
}}
QLineEdit[role="scan"] {{ font-size: {s.heading}px; }}
QLineEdit[role="count"] {{ font-weight: 600; padding: 0 8px; }}
QLineEdit:focus, QComboBox:focus {{ border-color: {t.accent}; }}
QLineEdit:disabled {{ color: {t.disabled}; background: {t.inset}; border-color: {t.line}; }}
QComboBox::drop-down {{ border: none; width: 40px; }}
QComboBox QAbstractItemView {{
    background: {t.surface}; border: 1px solid {t.edge}; padding: 4px; outline: none;
    selection-background-color: {t.primary}; selection-color: {t.on_primary};
}}
QComboBox QAbstractItemView::item {{ min-height: {inner - 8}px; padding: 0 8px; }}
QProgressBar {{
    background: {t.line}; border: none; border-radius: 6px; min-height: 12px; max-height: 12px;
}}
QProgressBar::chunk {{ background: {t.primary}; border-radius: 6px; }}
QProgressBar[role="level"] {{ border-radius: 4px; min-height: 8px; max-height: 8px; }}
QProgressBar[role="level"]::chunk {{ border-radius: 4px; }}
QProgressBar[role="level"][tone="low"]::chunk {{ background: {t.stop_ink}; }}
"""


def _lists(t: Tokens, s: Sizes) -> str:
    return f"""
QScrollArea, QScrollArea > QWidget > QWidget[kind="scrolled"] {{
    background: transparent; border: none; outline: none;
}}
QListView {{ background: {t.surface}; border: none; outline: none; }}
QTableView {{
    background: {t.surface}; border: 2px solid {t.line}; border-radius: 8px; outline: none;
    selection-background-color: {t.info_tint}; selection-color: {t.info_ink};
}}
QTableView:focus {{ border-color: {t.accent}; }}
QTableView::item {{ padding: 0 8px; border: none; border-bottom: 1px solid {t.line}; }}
QHeaderView {{ background: {t.surface}; border: none; }}
QHeaderView::section {{
    background: {t.inset}; color: {t.text}; border: none; border-bottom: 2px solid {t.edge};
    padding: 0 8px; min-height: {max(s.control - 8, 44)}px; font-weight: 600;
}}
QHeaderView::section:hover {{ background: {t.hover}; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{
    background: {t.edge}; border-radius: 4px; min-height: 40px; margin: 2px;
}}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle:horizontal {{
    background: {t.edge}; border-radius: 4px; min-width: 40px; margin: 2px;
}}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QMenu {{
    background: {t.surface}; border: 1px solid {t.line}; border-radius: 12px; padding: 8px;
    icon-size: {s.icon}px;
}}
QMenu::item {{
    min-height: {round(s.control * 0.85)}px; padding: 0 24px 0 16px; border-radius: 8px;
}}
QMenu::item:selected {{ background: {t.hover}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.disabled}; }}
QMenu::icon {{ padding-left: 16px; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 8px; }}
"""
