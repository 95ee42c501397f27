"""cullr: thin near-duplicate photos and renders, safely."""

__version__ = "0.1.0"
