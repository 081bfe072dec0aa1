"""What an editor of one's own waits for at a key: rows, and the messages of the new text.

Over the pipes of a real `lefi lsp`, which checks the text of the key before meanwhile.
"""

from __future__ import annotations

import statistics
import time
from functools import partial
from typing import Final

from tests.bench.language_figures import script_of
from tests.bench.readings import Measurement, Reading, median_ms, plain_loop
from tests.cli.lsp_kit import Editor

KEYS: Final = 60
LENGTHS: Final = (300, 2_000)


def rows(lines: int) -> Reading:
    """A letter is typed and rows are asked for: until they are there."""
    with Editor() as editor:
        at = _opened(editor, lines)
        spent = []
        for _ in range(KEYS):
            start = time.perf_counter()
            editor.type_at(at, 0, "s")
            place = editor.place(at + 1)
            assert editor.ask("textDocument/completion", editor.about(position=place))["items"]
            spent.append((time.perf_counter() - start) * 1_000)
            editor.type_at(at, 1, "")
        return _reading(spent)


def told(lines: int) -> Reading:
    """A letter is typed: until the messages of that text are there."""
    with Editor() as editor:
        at = _opened(editor, lines)
        spent = []
        for _ in range(KEYS // 2):
            start = time.perf_counter()
            editor.type_at(at, 0, "s")
            while editor.told()["version"] != editor.version:
                pass  # of the text before
            spent.append((time.perf_counter() - start) * 1_000)
        return _reading(spent)


def _opened(editor: Editor, lines: int) -> int:
    """In the middle of a script, at the end of a line of its own."""
    text = script_of(lines)
    middle = text.index("\n", len(text) // 2)
    editor.open(f"{text[:middle]}\n    {text[middle:]}")
    editor.told()
    return middle + len("\n    ")


def _reading(spent: list[float]) -> Reading:
    median, p99 = statistics.median(spent), statistics.quantiles(spent, n=100)[-1]
    ratio = median / median_ms(plain_loop)
    return Reading(ratio, "100,000 additions in plain Python", median, "ms", f"p99 {p99:.2f} ms")


MEASUREMENTS: Final[dict[str, Measurement]] = {
    f"{name}_{lines}": Measurement(what.format(f"{lines:,}"), partial(take, lines))
    for name, what, take in (
        ("lsp_rows", "a key and its rows in an editor of one's own, {} lines", rows),
        ("lsp_told", "a key and its messages there, {} lines", told),
    )
    for lines in LENGTHS
}
