"""A bar while something takes long, on a terminal only, on standard error only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lefi_tui.cli.output import Output
from lefi_tui.requests import Progress


@contextmanager
def progress(output: Output, what: str) -> Iterator[Progress]:
    """A function to call with (done, of how many); it draws only where a person watches."""
    if not output.is_terminal:
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(file=output.people), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
