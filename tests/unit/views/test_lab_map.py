"""The heat map's picture: what stands over its columns can be read."""

from __future__ import annotations

import pytest

from lefi_tui.views.lab_state import LabState, Side
from lefi_tui.views.lab_view import Ground, Swept
from lefi_tui.views.sweep_view import SweepAxis, SweepCell, SweepView
from widgets.lab_map import map_rows
from widgets.lines import Frame

VALUES = tuple(f"{1 + number / 10:g}" for number in range(21))


def swept(values: tuple[str, ...]) -> Swept:
    cells = tuple(
        SweepCell(settings=(("width", each),), is_done=True, sharpe=float(number))
        for number, each in enumerate(values)
    )
    view = SweepView(
        script="a.lefi",
        symbols=("BTC/USDT",),
        timeframe="1m",
        candles=100,
        from_ms=0,
        to_ms=6_000_000,
        axes=(SweepAxis("width", values),),
        cells=cells,
        rank="sharpe",
        ranked=tuple(reversed(range(len(values)))),
        ways=(("lanes", len(values)),),
        why=(),
        warnings=(),
        notices=(),
        seconds=1.0,
        workers=1,
    )
    return Swept(number=1, text="", ground=Ground(), sweep=view)


@pytest.mark.parametrize("cursor", range(len(VALUES)))
def test_over_narrow_columns_the_cursors_value_touches_no_other(cursor: int) -> None:
    state = LabState(side=Side.MAP, swept=swept(VALUES), cell=(cursor,))
    values = map_rows(state, Frame(78, 16))[1]
    told = "".join(span[0] for span in values.spans).split()
    assert VALUES[cursor] in told
    assert set(told) <= set(VALUES)
    assert len(told) >= 5
