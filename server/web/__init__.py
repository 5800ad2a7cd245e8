"""The centre's pages, rendered on the server: the public's doors, and later the office."""
