"""The table of rules holds each sentence of the page, and each rule has its cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.cases import all_cases
from tests.conformance.rules import PAGE, all_rules, plain, sentences

RULES = all_rules()
CASES = all_cases()
ROOT = Path(__file__).parents[2]


def test_each_rule_has_a_script_that_is_accepted_and_one_that_is_refused() -> None:
    accepted = {each.rule for each in CASES if not each.is_refused or each.waits}
    refused = {each.rule for each in CASES if each.is_refused or each.waits}
    lacking = []
    for rule in RULES.values():
        if "shown by" in rule.reasons:
            continue
        if rule.id not in accepted and "never accepted" not in rule.reasons:
            lacking.append(f"{rule.id}: nothing accepted")
        if rule.id not in refused and "never refused" not in rule.reasons:
            lacking.append(f"{rule.id}: nothing refused")
    assert lacking == []


def test_a_reason_stands_only_where_a_case_lacks() -> None:
    accepted = {each.rule for each in CASES if not each.is_refused}
    refused = {each.rule for each in CASES if each.is_refused}
    for rule in RULES.values():
        assert not ("never accepted" in rule.reasons and rule.id in accepted), rule.id
        assert not ("never refused" in rule.reasons and rule.id in refused), rule.id
        assert not ("shown by" in rule.reasons and rule.id in accepted | refused), rule.id


def test_each_case_is_of_a_rule() -> None:
    assert {each.rule for each in CASES} - set(RULES) == set()


def test_what_no_script_can_show_is_shown_by_a_test_there_is() -> None:
    for rule in RULES.values():
        file, _, why = rule.reasons.get("shown by", "").partition(", ")
        assert not file or (ROOT / file).is_file(), (rule.id, file)
        assert not file or why, rule.id


@pytest.mark.skipif(not PAGE.is_file(), reason="the language's page is not beside the repository")
def test_the_table_holds_each_sentence_of_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    words = [plain(each) for rule in RULES.values() for each in rule.words]
    gone = [each for each in words if each not in plain(page)]
    assert gone == []
    unnamed = [each for each in sentences(page) if not any(word in each for word in words)]
    assert unnamed == []
