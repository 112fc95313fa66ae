"""The client against servers that are slow, busy, broken or rude; nothing leaves loopback."""

import gc
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from census import client as client_module
from census.cache import Cache
from census.client import AT_ONCE, Client, Settings, settings_of
from census.errors import BadAnswer, ServiceError
from census.held import Shelf
from tests.raw_server import chunked, dripping, packed, plain, speaking

KEY = "0xfeedc0ffee1234567890"
BUSY = plain(b"", "429 Too Many Requests")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class Asking:
    """A client that does not really sleep, and the waits it made."""

    def __init__(self, address, **settings):
        self.waits = []
        self.client = Client(
            Settings(nomis=address, ons=address, **settings), sleep=self.waits.append
        )

    def __call__(self, read=lambda body: body.text(), service="nomis", **params):
        try:
            return self.client.fetch(service, "dataset/x.csv", params, read)
        finally:
            self.client.close()

    def refused(self, **options):
        with pytest.raises(ServiceError) as error:
            self(**options)
        return str(error.value)


def test_an_answer_is_handed_to_the_reader_with_its_type():
    with speaking(plain(b"\xef\xbb\xbfa,b", "200 OK", "Content-Type: Text/CSV; charset=utf-8")) as (
        address,
        asked,
    ):
        assert Asking(address)(lambda body: (body.text(), body.type), q="x y") == (
            "a,b",
            "text/csv",
        )
    assert asked[0].startswith(b"GET /dataset/x.csv?q=x+y HTTP/1.1")
    assert b"User-Agent: sampling-planner/" in asked[0]


def test_a_key_is_sent_to_nomis_alone():
    with speaking(plain()) as (address, asked):
        ask = Asking(address, key=KEY)
        ask(service="nomis")
        ask(service="ons")
    assert [KEY.encode() in request for request in asked] == [True, False]


def test_waits_as_long_as_the_service_asks_for():
    in_a_moment = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    busy = [
        plain(b"", "429 Too Many Requests", f"Retry-After: {when}") for when in ("7", in_a_moment)
    ]
    with speaking(*busy, plain()) as (address, _):
        ask = Asking(address)
        assert ask() == "ok"
    assert ask.waits[0] == 7
    assert 17 < ask.waits[1] <= 20


@pytest.mark.parametrize("header", ["", "Retry-After: soon", "Retry-After: -3", "Retry-After:"])
def test_waits_longer_each_time_where_the_service_does_not_say(header):
    busy = plain(b"", "429 Too Many Requests", *([header] if header else []))
    with speaking(busy, busy, busy, plain()) as (address, _):
        ask = Asking(address)
        assert ask() == "ok"
    assert ask.waits == [1, 2, 4]


def test_gives_up_after_a_few_tries():
    with speaking(BUSY) as (address, asked):
        ask = Asking(address)
        assert ask.refused() == (
            "The census service is busy and asked us to wait (status 429). Try again later."
        )
    assert len(asked) == ask.client.requests_sent == 4


@pytest.mark.parametrize(
    ("asked_for", "words"), [("90", "90 seconds"), ("3600", "60 minutes"), ("9" * 9, "999 hours")]
)
def test_does_not_wait_past_the_deadline(asked_for, words):
    with speaking(plain(b"", "429 x", f"Retry-After: {asked_for}")) as (address, asked):
        ask = Asking(address)
        assert ask.refused().endswith(f"(status 429). Try again in {words}.")
    assert (ask.waits, len(asked)) == ([], 1)


def test_a_retry_after_of_any_size_is_no_crash():
    for nonsense in ("9" * 5000, "Wed, 99 Zzz 99999999999 00:00:00 GMT", "٣", "1e9", "\x00", ","):
        assert client_module._retry_after(nonsense) in (None, 3.0)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_comes_through_after_a_service_that_did_not_work_once(status):
    with speaking(plain(b"", f"{status} Trouble"), plain()) as (address, _):
        assert Asking(address)() == "ok"


BODY = b"a,b\n" * 5000


@pytest.mark.parametrize(
    "cut",
    [
        plain(BODY, "200 OK", length=len(BODY) + 1),
        chunked(BODY, ends=False),
        chunked(BODY)[:-7],
        packed(BODY, cut=20),
        packed(BODY, cut=9, says_length=False),
        packed(BODY).replace(b"\x00\x00", b"\x07\x00", 1)[:-30],
    ],
    ids=["length", "chunk", "chunk end", "gzip", "gzip without length", "gzip damaged"],
)
def test_a_body_cut_in_the_middle_is_asked_for_again_and_never_used(cut):
    with speaking(cut, chunked(BODY)) as (address, _):
        assert Asking(address)() == BODY.decode()
    with speaking(cut) as (address, asked):
        assert Asking(address).refused() == (
            "The census service broke off in the middle of its answer."
        )
    assert len(asked) == 4


def test_a_packed_body_is_unpacked():
    with speaking(packed(BODY)) as (address, asked):
        assert Asking(address)() == BODY.decode()
    assert b"Accept-Encoding: gzip\r\n" in asked[0]


@pytest.mark.parametrize("body", [plain(bytes(3000)), packed(bytes(3_000_000))])
def test_a_body_larger_than_any_answer_is_refused(body, monkeypatch):
    monkeypatch.setattr(client_module, "LARGEST_BODY", 2000)
    with speaking(body) as (address, _):
        assert Asking(address).refused() == ("The census service sent far more than was asked for.")


def test_a_connection_closed_without_an_answer():
    with speaking(b"") as (address, asked):
        assert Asking(address).refused() == (
            "The census service closed the connection without an answer."
        )
    assert len(asked) == 4


def test_a_service_that_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert Asking(address, key=KEY).refused() == (
        "The census service could not be reached. Check that this computer is online."
    )


@pytest.mark.parametrize("address", ["http://", "http://[::1", "ftp://x", "nonsense", "http://\t"])
def test_an_address_that_is_none(address):
    assert Asking(address).refused().startswith("The census service could not be")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (302, "sent us to another address (status 302). A network with a sign-in page does this; "
         "open a web page and sign in first."),
        (401, "refused us (status 401). If NOMIS_API_KEY is set, check that the key is right and "
         "active."),
        (404, "has nothing under that name (status 404)."),
        (500, "answered with an error (status 500)."),
        (204, "answered with an error (status 204)."),
    ],
)  # fmt: skip
def test_other_statuses_are_told_at_once(status, words):
    with speaking(plain(b"", f"{status} x", "Location: http://127.0.0.1:1/")) as (address, asked):
        assert Asking(address, key=KEY).refused() == f"The census service {words}"
    assert len(asked) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_only_nomis_is_said_to_want_the_key(status):
    with speaking(plain(b"", f"{status} x")) as (address, _):
        said = Asking(address, key=KEY).refused(service="ons")
    assert said == f"The census service refused us (status {status})."


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 500, 503])
def test_a_refusal_tells_its_status(status):
    with speaking(plain(b"", f"{status} x")) as (address, _), pytest.raises(ServiceError) as error:
        Asking(address)()
    assert error.value.status == status


WHOLE = plain(b"x" * 200)
HEADS = WHOLE.index(b"\r\n\r\n") + 4


@pytest.mark.parametrize("whole", [HEADS, 20, 0], ids=["body", "headers", "first line"])
def test_an_answer_that_drips_ends_at_the_deadline(whole):
    with speaking(dripping(WHOLE, whole, 0.05)) as (address, asked):
        started = time.monotonic()
        words = Asking(address, deadline=0.6, read=0.3).refused()
        assert 0.5 < time.monotonic() - started < 1.2
    assert words == "The census service was too slow: more than 0.6 seconds."
    assert len(asked) == 1


def test_silence_is_asked_again_until_the_deadline():
    with speaking(lambda to: time.sleep(1)) as (address, asked):
        started = time.monotonic()
        words = Asking(address, deadline=0.5, read=0.15, pause=0).refused()
        assert time.monotonic() - started < 0.9
    assert words.startswith("The census service ")
    assert 2 <= len(asked) <= 4


def test_silence_is_told_as_such():
    with speaking(lambda to: time.sleep(0.2)) as (address, _):
        assert Asking(address, read=0.05).refused() == (
            "The census service did not answer (timed out)."
        )


def test_the_deadline_holds_on_a_connection_used_before():
    def twice(to):
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        to.recv(65536)
        dripping(WHOLE, 0, 0.05)(to)

    with speaking(twice) as (address, asked):
        client = Client(Settings(nomis=address, deadline=0.4))
        assert client.fetch("nomis", "x", {}, lambda body: body.text()) == "ok"
        with pytest.raises(ServiceError, match="too slow"):
            client.fetch("nomis", "x", {}, lambda body: body.text())
        client.close()
    assert len(asked) == 1


def test_only_a_few_requests_are_under_way_at_once():
    together, most, lock = 0, 0, threading.Lock()

    def slow(to):
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        time.sleep(0.05)
        with lock:
            together -= 1
        to.sendall(plain())

    with speaking(slow) as (address, asked):
        client = Client(Settings(nomis=address))
        with ThreadPoolExecutor(9) as pool:
            done = [
                pool.submit(client.fetch, "nomis", "x", {}, lambda body: body.text())
                for _ in range(12)
            ]
            assert [one.result() for one in done] == ["ok"] * 12
        client.close()
    assert (most, len(asked), client.requests_sent) == (AT_ONCE, 12, 12)
    gc.collect()  # an unclosed connection would fail the test here


def test_what_the_reader_cannot_make_sense_of_is_not_asked_for_again():
    def trip(body):
        return {}[body.text()]

    with speaking(plain()) as (address, asked):
        assert Asking(address).refused(read=trip) == (
            "The census service sent an answer that makes no sense."
        )
        with pytest.raises(BadAnswer, match="no text"):
            Asking(address)(lambda _: client_module.Body(b"\xff\xfe\xff", "").text())
    assert len(asked) == 2


def test_nothing_is_sent_when_set_to_work_offline():
    with speaking(plain()) as (address, asked):
        ask = Asking(address, is_offline=True)
        assert ask.refused() == (
            "The census service was not asked: the planner is set to work offline."
        )
    assert asked == []
    assert ask.client.requests_sent == 0


def test_settings_come_from_the_environment():
    found = settings_of(
        {
            "SAMPLER_NOMIS_URL": "http://127.0.0.1:8620/nomis/",
            "NOMIS_API_KEY": f" {KEY}\n",
            "SAMPLER_OFFLINE": "yes",
        }
    )
    assert (found.nomis, found.ons) == ("http://127.0.0.1:8620/nomis", client_module.ONS)
    assert (found.key, found.is_offline) == (KEY, True)
    assert settings_of({"NOMIS_API_KEY": " ", "SAMPLER_OFFLINE": "0"}) == Settings()


@pytest.mark.parametrize(
    ("said", "is_down"),
    [(BUSY, True), (b"", True), (plain(b"", "403 x"), True), (plain(b"", "503 x"), False),
     (plain(b"", "404 x"), False), (plain(b"x", length=9), False)],
)  # fmt: skip
def test_an_error_tells_whether_other_questions_are_of_no_use(said, is_down):
    with speaking(said) as (address, _), pytest.raises(ServiceError) as error:
        Asking(address)()
    assert error.value.is_down == is_down


TROUBLES = {
    "busy": (BUSY,),
    "closed": (b"",),
    "silent": (lambda to: time.sleep(0.2),),
    "odd header": (b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 2\r\n\r\nok",),
    "moved": (plain(b"", "302 x", "Location: /elsewhere?uid=" + KEY),),
    "cut": (plain(b"x", length=9),),
    "fine": (plain(),),
}


@pytest.mark.parametrize("said", TROUBLES.values(), ids=TROUBLES)
def test_a_key_is_never_shown(said, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    shown = [repr(Settings(key=KEY)), str(Settings(key=KEY))]
    with speaking(*said) as (address, asked):
        ask = Asking(address, key=KEY, read=0.05)
        error = None
        try:
            ask()
        except ServiceError as raised:
            error = raised
        while error is not None:
            shown += [str(error), repr(error), repr(error.args), repr(vars(error))]
            error = error.__context__ or error.__cause__
    shown += [record.getMessage() for record in caplog.records] + [caplog.text]
    shown += [*capfd.readouterr(), repr(ask.client), repr(vars(ask.client))]
    assert KEY.encode() in asked[0]
    assert len(caplog.records) > 1
    assert not any(KEY in text for text in shown)


def test_a_key_is_in_no_file_of_the_cache(tmp_path):
    with speaking(plain(b"5")) as (address, _):
        ask = Asking(address, key=KEY)
        shelf = Shelf(Cache(tmp_path))
        shelf.keep("TS001", {"E08000025": {"Total": ask(lambda body: int(body.text()))}})
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(KEY.encode() in path.read_bytes() or KEY in str(path) for path in files)
