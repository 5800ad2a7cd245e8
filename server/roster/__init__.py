"""The households on the lists: exported, merged, imported in steps."""
