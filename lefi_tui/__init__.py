"""Lefi: the terminal desk for traders who write small scripts."""
