"""The device's side: encrypted SQLite, the ledger and what is derived from it."""
