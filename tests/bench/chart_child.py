"""One chart over the whole terminal, a price each tenth of a second: what its frames write."""

from __future__ import annotations

import sys

from textual.app import ComposeResult

from lefi_tui.terminal.slim import SlimDisplay
from tests.bench.chart_figures import MARKET, Ticks
from widgets.chart import Chart
from widgets.ink import COLORS_256

FRAME_SECONDS = 0.1


class OneChart(SlimDisplay):
    CSS = "Chart { width: 100%; height: 100%; }"

    def compose(self) -> ComposeResult:
        self.chart = Chart(COLORS_256, id="chart")
        yield self.chart

    def on_ready(self) -> None:
        self.ticks = Ticks()
        self.chart.follow(MARKET)
        self.chart.tell(self.ticks.chart)
        self.set_interval(FRAME_SECONDS, self._frame)

    def _frame(self) -> None:
        self.chart.show(self.ticks.next())


if __name__ == "__main__":
    app = OneChart()
    app.run(mouse=False)
    sys.exit(app.return_code)
