"""Asks the census services over the network: time limits, retries, and no key ever shown.

Only `fetch` touches the network. What it returns has been read by the caller's reader; whoever
calls decides what to keep (`census.cache`).
"""

from __future__ import annotations

import email.utils
import http.client
import io
import logging
import math
import os
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, TypeVar

import requests
import urllib3
from requests.adapters import HTTPAdapter

from census.errors import BadAnswer, CensusError, ServiceError

Service = Literal["nomis", "ons"]
T = TypeVar("T")

NOMIS = "https://www.nomisweb.co.uk/api/v01"
ONS = "https://api.beta.ons.gov.uk/v1"
BUSY = (429, 502, 503, 504)
LARGEST_BODY = 64_000_000
CHUNK = 65_536
GZIP = 16 + zlib.MAX_WBITS
NETWORK = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    ConnectionError,
    zlib.error,
)
"""All but the first come up while a body is streamed."""
AT_ONCE = 3
"""Requests under way at a time, in one process."""


@dataclass(frozen=True)
class Settings:
    """Where the services are and how long to wait for them, in seconds.

    `attempts` bounds the tries of one fetch, `deadline` all of them together with the pauses
    between; time in the queue for one of the `AT_ONCE` places is not counted.
    """

    nomis: str = NOMIS
    ons: str = ONS
    key: str | None = field(default=None, repr=False)
    connect: float = 5.0
    read: float = 15.0
    deadline: float = 60.0
    attempts: int = 4
    pause: float = 1.0
    is_offline: bool = False


def settings_of(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of an environment.

    `SAMPLER_NOMIS_URL` and `SAMPLER_ONS_URL` replace the addresses, `NOMIS_API_KEY` is the key of
    a registered user (optional), `SAMPLER_OFFLINE` set to anything but 0 keeps to what is held.

    >>> settings_of({"SAMPLER_OFFLINE": "1"}).is_offline, settings_of({}).nomis == NOMIS
    (True, True)
    """
    return Settings(
        nomis=(environment.get("SAMPLER_NOMIS_URL") or NOMIS).rstrip("/"),
        ons=(environment.get("SAMPLER_ONS_URL") or ONS).rstrip("/"),
        key=environment.get("NOMIS_API_KEY", "").strip() or None,
        is_offline=environment.get("SAMPLER_OFFLINE", "0").strip() not in ("", "0"),
    )


@dataclass(frozen=True)
class Body:
    """What a service answered with status 200: bytes, and their type in lower case."""

    content: bytes
    type: str

    def text(self) -> str:
        """Return the body as text without a byte order mark; raises `BadAnswer`."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadAnswer("sent an answer that is no text") from None


class _HideKey(logging.Filter):
    """Keeps the key out of the log lines the network library writes about an address."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if "uid=" in line.lower():
            record.msg, record.args = re.sub(r"(?i)(uid=)[^&\s\"']+", r"\1...", line), ()
        return True


for _name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_HideKey())


class _Patience:
    """How long the bytes of a fetch may still take: each wait, and all of them together."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.ends, self.read = math.inf, math.inf

    def left(self) -> float:
        """Return the seconds until time is up."""
        return self.ends - self.clock()

    def wait(self) -> float:
        """Return the longest wait for the next bytes; raises `TimeoutError` when time is up."""
        if (left := self.left()) <= 0:
            raise TimeoutError
        return min(self.read, left)


class _TimedBytes(io.RawIOBase):
    """The bytes of a connection, each wait for more of them bounded by what time is left.

    The network library bounds the silence between two bytes only, so a header or a body that
    drips could last for ever.
    """

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, patience: _Patience) -> None:
        self.sock, self.raw, self.patience = sock, raw, patience

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self.sock.settimeout(self.patience.wait())
        return self.raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self.raw.close()
        super().close()


class _TimedAdapter(HTTPAdapter):
    """Makes connections whose answers, headers and body, are read with `_TimedBytes`."""

    def __init__(self, patience: _Patience) -> None:
        self.patience = patience
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        if not hasattr(pool.ConnectionCls, "is_timed"):
            pool.ConnectionCls = type(
                "TimedConnection",
                (pool.ConnectionCls,),
                {"is_timed": True, "response_class": staticmethod(self._answer)},
            )
        return pool

    def _answer(self, sock: socket.socket, *args: Any, **options: Any) -> http.client.HTTPResponse:
        answer = http.client.HTTPResponse(sock, *args, **options)
        timed: Any = _TimedBytes(sock, answer.fp.detach(), self.patience)
        answer.fp = io.BufferedReader(timed)
        return answer


def _user_agent() -> str:
    try:
        release = version("sampling-planner")
    except PackageNotFoundError:
        release = "unreleased"
    return f"sampling-planner/{release} (plans recruitment for user research)"


class _Again(Exception):
    """A try that failed in a way that may pass; `wait` is what the service asked for."""

    def __init__(self, error: ServiceError, wait: float | None = None) -> None:
        self.error, self.wait = error, wait


class Client:
    """Fetches from the census services, a few requests at a time.

    `sleep` and `clock` are there to be replaced in tests; both count in seconds. `requests_sent`
    counts what went out.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings or settings_of()
        self.requests_sent = 0
        self._sleep, self._clock = sleep, clock
        self._gate = threading.BoundedSemaphore(AT_ONCE)
        self._count = threading.Lock()
        self._local = threading.local()

    def fetch(
        self,
        service: Service,
        path: str,
        params: Mapping[str, str],
        read: Callable[[Body], T],
    ) -> T:
        """Return what `read` makes of the answer to one question.

        `read` raises `BadAnswer` for a body it cannot accept. Raises `ServiceError`, in words
        that hold no address and no key.
        """
        if self.settings.is_offline:
            raise ServiceError("was not asked: the planner is set to work offline", is_down=True)
        with self._gate:
            return self._fetch(service, path, params, read)

    def _fetch(
        self, service: Service, path: str, params: Mapping[str, str], read: Callable[[Body], T]
    ) -> T:
        ends = self._clock() + self.settings.deadline
        pause = self.settings.pause
        for left in reversed(range(self.settings.attempts)):
            try:
                body = self._once(service, path, params, ends)
                break
            except _Again as failed:
                wait = pause if failed.wait is None else failed.wait
                if not left or self._clock() + wait >= ends:
                    raise failed.error from None
                self._sleep(wait)
                pause *= 2
        return accept(body, read)

    def _session(self) -> tuple[requests.Session, _Patience]:
        """Return this thread's connections, and what bounds their waiting."""
        if not hasattr(self._local, "session"):
            session = requests.Session()
            session.headers.update({"User-Agent": _user_agent(), "Accept-Encoding": "gzip"})
            patience = _Patience(self._clock)
            session.mount("http://", _TimedAdapter(patience))
            session.mount("https://", _TimedAdapter(patience))
            self._local.session, self._local.patience = session, patience
        return self._local.session, self._local.patience

    def close(self) -> None:
        """Close this thread's connections."""
        if session := getattr(self._local, "session", None):
            session.close()
            del self._local.session

    def _once(self, service: Service, path: str, params: Mapping[str, str], ends: float) -> Body:
        """Ask once. What the network library raised is let go: its text holds the address."""
        base = self.settings.nomis if service == "nomis" else self.settings.ons
        sent = dict(params)
        if service == "nomis" and self.settings.key:
            sent["uid"] = self.settings.key
        session, patience = self._session()
        patience.ends, patience.read = ends, self.settings.read
        with self._count:
            self.requests_sent += 1
        try:
            with session.get(
                f"{base}/{path}",
                params=sent,
                timeout=(min(self.settings.connect, left := max(0.001, patience.left())), left),
                stream=True,
                allow_redirects=False,
            ) as response:
                self._check(service, response)
                return Body(
                    self._drain(response),
                    response.headers.get("Content-Type", "").split(";")[0].strip().lower(),
                )
        except (CensusError, _Again) as error:
            failed: Exception = error
        except (*NETWORK, OSError, ValueError) as error:
            failed = self._said(error)
        if self._clock() >= ends and isinstance(failed, _Again):
            slow = f"was too slow: more than {self.settings.deadline:g} seconds"
            failed = ServiceError(slow, is_down=True)
        raise failed

    def _said(self, error: Exception) -> Exception:
        """Return our words for what the network library raised."""
        if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
            return _Again(ServiceError("did not answer (timed out)", is_down=True))
        if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
            return ServiceError(
                "could not be trusted: its certificate was refused",
                "A network that inspects traffic does this; ask your IT team.",
                is_down=True,
            )
        if isinstance(error, requests.exceptions.ProxyError):
            return ServiceError(
                "could not be reached through the proxy of this network", is_down=True
            )
        if isinstance(error, requests.ConnectionError):
            if error.args and isinstance(error.args[0], urllib3.exceptions.ProtocolError):
                return _Again(ServiceError("closed the connection without an answer", is_down=True))
            online = "Check that this computer is online."
            return _Again(ServiceError("could not be reached", online, is_down=True))
        if isinstance(error, NETWORK[1:]):
            return _Again(ServiceError("broke off in the middle of its answer"))
        return ServiceError("could not be asked", "Check the address it is set to.")

    def _check(self, service: Service, response: requests.Response) -> None:
        """Refuse any answer but a plain 200."""
        status = response.status_code
        if status == 200:
            return
        if status in BUSY:
            wait = _retry_after(response.headers.get("Retry-After"))
            busy = "is busy and asked us to wait" if status == 429 else "is not working just now"
            again = "Try again later." if wait is None else f"Try again in {_words(wait)}."
            error = ServiceError(
                f"{busy} (status {status})", again, is_down=status == 429, status=status
            )
            raise _Again(error, wait)
        if 300 <= status < 400:
            raise ServiceError(
                f"sent us to another address (status {status})",
                "A network with a sign-in page does this; open a web page and sign in first.",
                is_down=True,
                status=status,
            )
        if status in (401, 403):
            raise ServiceError(
                f"refused us (status {status})",
                "If NOMIS_API_KEY is set, check that the key is right and active."
                if service == "nomis" and self.settings.key
                else "",
                is_down=True,
                status=status,
            )
        if status == 404:
            raise ServiceError("has nothing under that name (status 404)", status=status)
        raise ServiceError(f"answered with an error (status {status})", status=status)

    def _drain(self, response: requests.Response) -> bytes:
        """Read a body to its end, or until it is larger than any answer.

        It is unpacked here because the network library takes a packed body that is cut off for
        a whole one.
        """
        coding = response.headers.get("Content-Encoding", "identity").strip().lower()
        unpack = zlib.decompressobj(GZIP) if coding == "gzip" else None
        if unpack is None and coding != "identity":
            raise BadAnswer("sent an answer packed in a way that was not asked for")
        parts: list[bytes] = []
        size = 0
        while part := response.raw.read1(CHUNK, decode_content=False):
            if unpack:
                part = unpack.decompress(part, LARGEST_BODY + 1)
            parts.append(part)
            size += len(part)
            if size > LARGEST_BODY:
                raise BadAnswer("sent far more than was asked for")
        if unpack and not unpack.eof:
            raise ConnectionError
        return b"".join(parts)


def accept(body: Body, read: Callable[[Body], T]) -> T:
    """Return what a reader makes of a body; raises `BadAnswer` where it trips over it."""
    try:
        return read(body)
    except CensusError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise BadAnswer("sent an answer that makes no sense") from None


def _words(seconds: float) -> str:
    """Say a wait.

    >>> _words(1), _words(40.2), _words(600), _words(7200)
    ('1 second', '41 seconds', '10 minutes', '2 hours')
    """
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds > 2 * size - 1:
            return f"{min(math.ceil(seconds / size), 999)} {unit}s"
    whole = max(1, math.ceil(seconds))
    return f"{whole} second{'s' if whole > 1 else ''}"


def _retry_after(value: str | None) -> float | None:
    """Return the seconds a Retry-After header asks for: a number, or a date.

    >>> _retry_after("7"), _retry_after(None), _retry_after("soon")
    (7.0, None, None)
    """
    if value is None:
        return None
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return max(0.0, (when - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, ArithmeticError, LookupError):
        return None
