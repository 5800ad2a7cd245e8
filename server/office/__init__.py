"""Who may do what in the office, and the log of what they did."""
