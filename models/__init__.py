"""The domain, the ledger, the codecs and the tables: no Qt, no web framework, no network."""

__version__ = "0.1.0"
