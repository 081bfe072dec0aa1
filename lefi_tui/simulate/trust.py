"""Results with what they are worth; what was tried is counted where the request says.

The rule it keeps: a variant is counted when it is done, once, whatever tried it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from lefi_tui.adapters.variant_files import Variants
from lefi_tui.requests import BacktestRequest
from lefi_tui.simulate.honest import honest, variant_of
from lefi_tui.simulate.result import Result
from lefi_tui.views.honest_view import HonestView
from lefi_tui.views.sweep_view import SweepView


def honestly(result: Result, request: BacktestRequest) -> HonestView:
    return honest(result, request, tried(request, [request]))


def swept(found: SweepView, run: BacktestRequest) -> SweepView:
    done = [each for each in found.cells if each.is_done and not each.refused]
    cells = (replace(run, settings=(*run.settings, *each.settings)) for each in done)
    return replace(found, tried=tried(run, cells))


def tried(run: BacktestRequest, variants: Iterable[BacktestRequest]) -> int | None:
    """How many so far on the data of `run`, these too."""
    if run.variants is None:
        return None
    data = [each.path for each in run.files]
    return Variants(run.variants).tried(data, map(variant_of, variants))
