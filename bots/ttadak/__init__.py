"""Ttadak: one key opens a position and places its exit at nearly the same time."""

from bots.ttadak.kind import Ttadak
from bots.ttadak.state import GameState, stage_of

__all__ = ["GameState", "Ttadak", "stage_of"]
