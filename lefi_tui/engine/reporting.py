"""Reports from the tables: each record is read once and remembered, the arithmetic is a thread's.

The answer is made anew only when something was booked or sampled since: once a minute, as a rule.
"""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.position import Position
from lefi_tui.ports.records import Records
from lefi_tui.views.chronicle import Chronicle
from lefi_tui.views.queries import ReportQuery
from lefi_tui.views.report import Known, report
from lefi_tui.views.report_view import ReportView

READ_ROWS: Final = 10_000  # at a time
ANSWERS_MAX: Final = 16  # that are remembered


class Reporting:
    """Lives in one loop."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._chronicle = Chronicle()
        self._answers: dict[ReportQuery, tuple[int, ReportView]] = {}
        self._lock = asyncio.Lock()

    async def answer(self, query: ReportQuery, now_ns: int) -> ReportView:
        async with self._lock:
            known = await self.known()
            reached, view = self._answers.get(query, (-1, None))
            if view is None or reached != self._chronicle.n:
                view = await asyncio.to_thread(report, known, query, now_ns)
                if len(self._answers) >= ANSWERS_MAX:
                    self._answers.clear()
                self._answers[query] = (self._chronicle.n, view)
            return replace(view, at_ns=now_ns)

    async def own(self, account: str, owner: str) -> dict[str, Position]:
        """One owner's books by symbol, from its first fill on."""
        async with self._lock:
            await self._read()
            story = self._chronicle.stories.get(account)
            books = None if story is None else story.books.get(owner)
            held = {} if books is None else books.held
            return {symbol: each.position for symbol, each in held.items()}

    async def _read(self) -> None:
        while told := await self._records.booked(self._chronicle.n, READ_ROWS):
            await asyncio.to_thread(self._chronicle.hear, told)

    async def known(self) -> Known:
        """All that the tables hold by now."""
        await self._read()
        runs = await self._records.runs()
        titles = {each.bot: each.title for each in runs if each.title}
        bots: dict[str, tuple[str, ...]] = {}
        for each in runs:
            bots[each.account] = tuple(dict.fromkeys((*bots.get(each.account, ()), each.bot)))
        return Known(self._chronicle, await self._records.accounts(), titles, bots)
