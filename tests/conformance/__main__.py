"""`python -m tests.conformance`: cases by chapter, what waits, and how failing ones are told."""

from __future__ import annotations

import sys
from collections import Counter

from tests.conformance.cases import all_cases, told


def main() -> int:
    cases = all_cases()
    chapters = Counter(each.chapter for each in cases)
    refused = Counter(each.chapter for each in cases if each.is_refused)
    waiting = Counter(each.chapter for each in cases if each.waits)
    sys.stdout.write(f"{'chapter':<24}{'cases':>7}{'refused':>9}{'wait':>6}\n")
    for chapter, count in sorted(chapters.items()):
        row = f"{chapter:<24}{count:>7}{refused[chapter]:>9}{waiting[chapter]:>6}"
        sys.stdout.write(row + "\n")
    row = f"{'all':<24}{len(cases):>7}{refused.total():>9}{waiting.total():>6}"
    sys.stdout.write(row + "\n")
    wrong = 0
    for case in cases:
        found = told(case.source)
        if (found == case.written) == bool(case.waits):
            wrong += 1
            sys.stdout.write(f"\n{case} {case.waits}\n{found}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
