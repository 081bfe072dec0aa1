"""A time as it was typed: one below 0 is so long ago."""

from __future__ import annotations

NS_PER_MS = 1_000_000


def asked_ns(at_ms: int | None) -> int:
    """Nanoseconds since 1970; 0 where none was said."""
    if at_ms is None or at_ms >= 0:
        return (at_ms or 0) * NS_PER_MS
    from lefi_tui.adapters.system_clock import SystemClock

    return SystemClock().now_ns() + at_ms * NS_PER_MS
