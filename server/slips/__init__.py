"""Slips: issuing them, signed, and printing them as sheets and single pictures."""
