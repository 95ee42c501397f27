"""The screen: everything a person sees and presses. It speaks to the session only."""
