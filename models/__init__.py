"""The domain, the ledger, the codecs and the tables: no Qt, no web framework, no network."""
