"""Between the ledger and the screens: what a view shows, and what its intents set going."""
