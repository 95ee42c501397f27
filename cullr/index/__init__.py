FILE = "index.sqlite3"
"""Its name in the cache folder."""
