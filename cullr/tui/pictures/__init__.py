"""Rendered pictures on the screen: framed as their terminal wants them. No pixel is touched here."""
