"""Who gives, to whom, how far it is, and where more is needed."""
