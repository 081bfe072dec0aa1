"""Cells of a sweep side by side: what does not depend on a setting is computed once."""
