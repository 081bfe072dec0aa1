"""Lefi, the language: text to a checked program to a step, with no I/O on the way."""
