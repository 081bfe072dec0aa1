"""What an exchange says of a key reaches a person as it is, and what it does not say stays open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from aiohttp import web

from lefi_tui.adapters.exchange_key_probe import ExchangeKeyProbe
from lefi_tui.core.key_rights import KeyRights
from lefi_tui.ports.key_probe import ExchangeKey
from lefi_tui.redaction import Secret
from lefi_tui.settings_tables import AccountSettings, CcxtSettings
from tests.keys.key_exchange import KeyExchange, running

KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"


@pytest.fixture(scope="module")
def served() -> Iterator[KeyExchange]:
    with running() as exchange:
        yield exchange


@pytest.fixture
def exchange(served: KeyExchange) -> KeyExchange:
    fresh = KeyExchange()
    fresh.port = served.port
    fresh.keys[KEY] = (SECRET, "words")
    served.__dict__.update(fresh.__dict__)
    return served


def asked(
    exchange: KeyExchange, name: str = "binanceusdm", secret: str = SECRET, password: str = ""
) -> KeyRights:
    table = exchange.table(name)
    settings = CcxtSettings(table.pop("options"), table.pop("urls"), table)
    probe = ExchangeKeyProbe({"main": AccountSettings(name, "live", settings)})
    key = ExchangeKey(Secret(KEY), Secret(secret), Secret(password) if password else None)
    return asyncio.run(probe.probe("main", key))


def test_binance_says_what_a_key_may_and_how_far_its_clock_is(exchange: KeyExchange) -> None:
    exchange.skew_ms = 3_000
    rights = asked(exchange)
    assert (rights.is_valid, rights.can_trade, rights.can_withdraw) == (True, True, False)
    assert (rights.ip_restricted, rights.refusal) == (True, "")
    assert rights.clock_offset_ms is not None
    assert 2_000 < rights.clock_offset_ms < 4_000
    exchange.rights |= {"enableFutures": False, "enableWithdrawals": True, "ipRestrict": False}
    rights = asked(exchange)
    assert (rights.can_trade, rights.can_withdraw, rights.ip_restricted) == (False, True, False)


def test_a_no_names_what_it_may_mean_and_is_asked_once(exchange: KeyExchange) -> None:
    exchange.echoes = True
    rights = asked(exchange, secret="W" + SECRET[1:])
    assert (rights.is_valid, rights.can_trade) == (False, None)
    assert "-2015" in rights.refusal
    assert "IP is not on its list" in rights.refusal
    assert KEY[:8] not in rights.refusal
    assert len(exchange.asked) == 1


def test_an_exchange_that_fails_says_nothing_of_the_key(exchange: KeyExchange) -> None:
    exchange.fault = web.Response(status=503, text="busy")
    rights = asked(exchange)
    assert (rights.is_valid, rights.can_trade, rights.can_withdraw) == (None, None, None)
    assert rights.refusal.startswith("no answer")
    exchange.fault = web.Response(text='{"ipRestrict": "perhaps"}')
    assert "can't be read" in asked(exchange).refusal


def test_okx_says_it_in_one_word_list(exchange: KeyExchange) -> None:
    rights = asked(exchange, "okx", password="words")
    assert (rights.is_valid, rights.can_trade, rights.can_withdraw) == (True, True, False)
    assert rights.ip_restricted is True
    exchange.okx = {"perm": "read_only,withdraw", "ip": ""}
    rights = asked(exchange, "okx", password="words")
    assert (rights.can_trade, rights.can_withdraw, rights.ip_restricted) == (False, True, False)
    assert asked(exchange, "okx", password="wrong").is_valid is False


def test_an_exchange_that_ccxt_does_not_know_is_told(exchange: KeyExchange) -> None:
    rights = asked(exchange, "nowhere")
    assert (rights.is_valid, "knows no" in rights.refusal) == (None, True)
