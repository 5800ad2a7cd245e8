"""Files on sticks, as the office takes them in."""
