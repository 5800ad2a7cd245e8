"""What recipients complained of, at the points or online, and what became of it."""
