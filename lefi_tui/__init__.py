"""Lefi: the terminal desk for traders who write small scripts."""

from typing import Final

__version__: Final = "0.1.0"
