"""Allocation: which packages of which pledge are meant for which area, point, target, household."""
