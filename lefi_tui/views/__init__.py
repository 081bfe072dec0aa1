"""Frozen pictures of the desk, folded from events, drawn by the screens."""
