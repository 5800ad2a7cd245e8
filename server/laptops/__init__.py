"""The laptops: enrolled, placed, looked after, blocked."""
