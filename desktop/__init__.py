"""The field app a volunteer uses at a distribution point (PySide6)."""
