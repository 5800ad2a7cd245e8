"""``make run``: the whole job as a trial on this computer, with a screen or without."""
