"""`make campaign COUNT= SEED=`: the long counts. Exit status 0 when every case held."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from tests.campaign.runner import (
    Campaign,
    carry_out,
    opened,
    program,
    report_file,
    whole_of,
)
from tests.campaign.table import CAMPAIGNS


def main() -> int:
    parser = argparse.ArgumentParser(prog="make campaign", description=__doc__)
    parser.add_argument("--count", type=int, default=0, help="cases of each; 0 is its own length")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="this one of each alone, told whole")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(CAMPAIGNS)}; all if not said"
    )
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(CAMPAIGNS):
        parser.error(f"no such campaign: {', '.join(sorted(unknown))}")
    chosen = {name: CAMPAIGNS[name] for name in asked.names or CAMPAIGNS}
    if asked.case is not None:
        return alone(chosen, asked.case, asked.seed)
    report = opened(report_file(asked.seed), asked.seed, program())
    has_held = carry_out(chosen, asked.count, report, said)
    said(f"report: {report.file.name}")
    return 0 if has_held else 1


def alone(chosen: Mapping[str, Campaign], number: int, seed: int) -> int:
    """A failure is seen again by its seed and its number."""
    whole = {name: whole_of(campaign.case(number, seed)) for name, campaign in chosen.items()}
    for name, found in whole.items():
        said(f"{name} {number} of seed {seed}: {found.why or 'held'} {dict(found.counts)}")
    return 1 if any(found.why for found in whole.values()) else 0


def said(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
