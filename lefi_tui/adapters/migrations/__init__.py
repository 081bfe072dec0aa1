"""The schema's history: one file a step, run from code when the journal is opened."""

from typing import Final

# The newest revision; a journal that stands here needs no migration, so none is imported.
NEWEST: Final = "0005"
