"""What the public is told in numbers."""
