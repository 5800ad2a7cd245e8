"""What is before a person, and what they make of it."""
