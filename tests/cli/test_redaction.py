"""A key that once became a Secret is nowhere to be read."""

from __future__ import annotations

import base64
import copy
import io
import json
import logging
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from urllib.parse import quote

import pytest

from lefi_tui.redaction import (
    DOTS,
    RedactingFilter,
    Redactor,
    Secret,
    guard_logging,
    guard_tracebacks,
)

PLANTED = "Kz8/qW+3rT_v9xY2mN5pL7sD&f=g hJ"

FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda key: key,
    "hex": lambda key: key.encode().hex(),
    "upper hex": lambda key: key.encode().hex().upper(),
    "url": lambda key: quote(key, safe=""),
    "json": json.dumps,
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "url-safe base64": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    "basic auth": lambda key: base64.b64encode(f"user:{key}".encode()).decode(),
    "basic auth of another name": lambda key: base64.b64encode(f"me:{key}!".encode()).decode(),
    "first eight": lambda key: key[:8],
    "first eleven": lambda key: key[:11],
}


def traces(text: str) -> list[str]:
    """Every piece of eight characters of the key, in any form, that the text still holds."""
    forms = [form(PLANTED) for form in FORMS.values()]
    plain = [form[at : at + 8] for form in forms[:7] for at in range(len(form) - 7)]
    return [piece for piece in plain if piece in text]


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.learn(PLANTED)
    return redactor


@pytest.mark.parametrize("form", FORMS)
def test_a_text_with_the_key_in_any_form_is_clean(form: str, redactor: Redactor) -> None:
    text = f"signature={FORMS[form](PLANTED)} for order 7"

    clean = redactor.clean(text)

    assert traces(clean) == []
    assert clean.startswith("signature=")
    assert clean.endswith("for order 7")
    assert DOTS in clean


def test_an_address_that_is_signed_keeps_its_signature_to_itself(redactor: Redactor) -> None:
    signature = "5f2c" * 16
    text = f"GET https://there.example/account?timestamp=17&signature={signature} timed out"
    assert signature[:8] not in redactor.clean(text)
    assert redactor.clean(text) == text.replace(signature, DOTS)


def test_a_text_without_the_key_stays_as_it_is(redactor: Redactor) -> None:
    text = "Order b7 filled: 0.5 BTC at 43,210.5; Kz8/qW is too short to tell anything"
    assert redactor.clean(text) == text


def test_a_short_passphrase_is_taken_out_whole() -> None:
    redactor = Redactor()
    redactor.learn("hunter2")
    assert redactor.clean("login hunter2 ok") == f"login {DOTS} ok"


def test_an_empty_secret_blanks_nothing() -> None:
    redactor = Redactor()
    redactor.learn("")
    assert redactor.clean("all of this stays") == "all of this stays"


@dataclass(frozen=True)
class Login:
    user: str
    key: Secret


def test_a_secret_shows_dots_in_every_text_form() -> None:
    secret = Secret(PLANTED)
    login = Login("ann", secret)
    texts = (repr(secret), str(secret), f"{secret:>40}", f"{secret} {secret!r}", repr(login))
    assert [traces(text) for text in texts] == [[]] * len(texts)
    assert traces(repr(asdict(login))) == []
    assert traces(repr(copy.deepcopy(login))) == []
    assert secret.reveal() == PLANTED


def test_a_secret_can_be_neither_pickled_nor_written_as_json() -> None:
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(Secret(PLANTED))
    with pytest.raises(TypeError):
        json.dumps({"key": Secret(PLANTED)})


def test_secrets_are_equal_by_value_and_unequal_to_their_text() -> None:
    assert Secret(PLANTED) == Secret(PLANTED)
    assert Secret(PLANTED) != Secret(PLANTED + "x")
    assert Secret(PLANTED) != PLANTED
    assert len({Secret(PLANTED), Secret(PLANTED)}) == 1


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream = io.StringIO()
    logger = logging.getLogger("lefi.test.redaction")
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)


def test_a_log_record_is_clean_in_message_arguments_traceback_and_stack(
    log: tuple[logging.Logger, io.StringIO], redactor: Redactor
) -> None:
    logger, stream = log
    guard_logging(redactor, logger)

    def refused() -> None:
        raise ValueError(f"bad signature for {PLANTED}")

    try:
        refused()
    except ValueError:
        logger.exception("%s was sent to %s", PLANTED, "/api", stack_info=True)
    logger.getChild("venue").error("answer: %s", quote(PLANTED, safe=""))

    written = stream.getvalue()
    assert traces(written) == []
    assert "was sent to /api" in written
    assert "ValueError: bad signature for" in written


def test_the_filter_lets_every_record_through(redactor: Redactor) -> None:
    record = logging.LogRecord("lefi", logging.INFO, __file__, 1, "plain %s", ("word",), None)
    assert RedactingFilter(redactor).filter(record)
    assert record.getMessage() == "plain word"


@pytest.fixture
def hooks() -> Iterator[None]:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = before


@pytest.mark.usefixtures("hooks")
def test_an_uncaught_error_of_any_thread_is_printed_clean(redactor: Redactor) -> None:
    stream = io.StringIO()
    guard_tracebacks(redactor, lambda: stream)

    def fails() -> None:
        raise RuntimeError(f"refused: apiKey={PLANTED}")

    try:
        fails()
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()

    written = stream.getvalue()
    assert traces(written) == []
    assert written.count("RuntimeError: refused: apiKey=") == 2


@pytest.mark.parametrize(
    ("address", "secrets"),
    [
        ("tgram://1234567890:AbCdEfGhIjKlMn/987654321", ["AbCdEfGhIjKlMn", "987654321"]),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o", ["JHMHI8qBe7bk2ZwO5U711o", "4174216298"]),
        ("mailto://somebody:pa5%2Fw@mail.example.com", ["somebody", "pa5/w", "pa5%2Fw"]),
        ("https://mail.example.com/0b9f2c1e77aa?key=abcdefghij", ["0b9f2c1e77aa", "abcdefghij"]),
    ],
)
def test_of_an_address_only_scheme_and_host_are_left(address: str, secrets: list[str]) -> None:
    redactor = Redactor()
    redactor.learn_address(address)
    text = f"POST {address} with {' and '.join(secrets)}, to mail.example.com failed"
    clean = redactor.clean(text)
    assert [each for each in (*secrets, address) if each in clean] == []
    assert clean.endswith("to mail.example.com failed")
