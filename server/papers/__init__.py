"""Minutes and lists that come back: read, checked, archived."""
