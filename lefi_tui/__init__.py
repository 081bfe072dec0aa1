"""Lefi: the terminal desk for traders who write small scripts."""

__version__ = "0.1.0"
