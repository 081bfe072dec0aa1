"""The commands of practice, in the same table: a recorded market, and what came of playing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lefi_tui.cli import values
from lefi_tui.cli.argument import JSON, Command, argument
from lefi_tui.requests import CASH

PRACTICE_COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {
        "practice": Command(
            "the desk on a recorded market, made-up money, with the latency you set",
            "practice",
            (
                argument(
                    "--data",
                    metavar="FOLDER",
                    type=Path,
                    help="where the recording is; that of config.toml if not said",
                ),
                argument(
                    "--latency",
                    dest="latency_ms",
                    metavar="MS",
                    type=values.latency_ms,
                    default=40,
                    help="of an order, there and back: 80 or 1s; 40 if not said",
                ),
                argument(
                    "--jitter",
                    dest="jitter_ms",
                    metavar="MS",
                    type=values.latency_ms,
                    default=0,
                    help="what chance adds to it at most, by the seed; 0 if not said",
                ),
                argument("--seed", metavar="N", type=int, default=1, help="of that chance"),
                argument(
                    "--at",
                    dest="at_ms",
                    metavar="MM:SS",
                    type=values.place_ms,
                    default=0,
                    help="where the recording begins: 02:30",
                ),
                argument(
                    "--speed",
                    metavar="N",
                    type=values.tempo,
                    default=Decimal(1),
                    help="how quick it is played: 0.5, 2; as it was if not said",
                ),
                argument(
                    "--rounds",
                    metavar="N",
                    type=values.count,
                    default=0,
                    help="how often it is played; again and again if not said",
                ),
                argument(
                    "--cash", metavar="AMOUNT", type=values.money, default=CASH, help="made up"
                ),
            ),
        ),
        "scores": Command(
            "what came of each session of games, the best first",
            "scores",
            (
                argument("--market", metavar="S", default="", help="of one; all if not said"),
                argument(
                    "--limit",
                    metavar="N",
                    type=values.count,
                    default=0,
                    help="the best so many; 50 if not said",
                ),
                JSON,
            ),
        ),
    }
)
