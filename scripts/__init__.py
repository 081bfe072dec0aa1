"""Lefi scripts that ship with the product; the package only makes them findable."""
