"""Scanned shots → facts → groups, through the index: the only writer of the index, and never a mover of photos."""
