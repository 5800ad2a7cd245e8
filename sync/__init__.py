"""The sync protocol, both its ends: framework-free, above models, below desktop and server."""
