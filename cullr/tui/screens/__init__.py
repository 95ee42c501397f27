"""Screens over the group on the table: each is opened with a desk and leaves with whether it changed anything."""
