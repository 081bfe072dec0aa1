"""What can be learned, to be found in the palette by name: lessons, and all of the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from lefi_tui.lang.lessons.table import LESSONS
from lefi_tui.lang.lookup import topics
from screens.finding import Entry
from screens.found import TAUGHT, Go

GIST_MAX: Final = 300  # letters of what is said of a word


def of_words(go: Go, explain: Callable[[str], None]) -> Iterator[Entry]:
    """Lessons, and all that the reference tells."""
    for number, lesson in enumerate(LESSONS, 1):
        act = partial(go, "lessons", lesson.about)
        gist = f"lesson {number} of {len(LESSONS)}"
        yield Entry(lesson.title, "", "lesson", gist, act, also="learn", rank=TAUGHT)
    for topic in topics().values():
        gist = topic.gist[:GIST_MAX]
        act = partial(explain, topic.name)
        yield Entry(topic.name, "", "reference", gist, act, also=topic.kind, rank=TAUGHT)
