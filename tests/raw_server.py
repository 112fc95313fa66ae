"""A server that says exactly the bytes it is given: for answers no well-kept server would send."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Said = bytes | Callable[[socket.socket], None]


def plain(body: bytes = b"ok", status: str = "200 OK", *headers: str, length: int = -1) -> bytes:
    """Return an answer; `length` claims another length than the body has."""
    claimed = len(body) if length < 0 else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {claimed}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(body: bytes, *, ends: bool = True) -> bytes:
    """Return an answer in chunks; without its end it was cut off."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    size = f"{len(body) if ends else len(body) + 10:x}\r\n".encode()
    return head + size + body + (b"\r\n0\r\n\r\n" if ends else b"")


def packed(body: bytes, *, cut: int = 0, says_length: bool = True) -> bytes:
    """Return a gzipped answer with its last bytes cut off."""
    small = gzip.compress(body)
    length = f"Content-Length: {len(small)}\r\n" if says_length else ""
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n{length}Connection: close\r\n\r\n"
    return head.encode() + (small[:-cut] if cut else small)


def dripping(answer: bytes, whole: int, pause: float) -> Callable[[socket.socket], None]:
    """Return an answer whose first `whole` bytes come at once and the rest one by one."""

    def say(to: socket.socket) -> None:
        to.sendall(answer[:whole])
        for i in range(whole, len(answer)):
            time.sleep(pause)
            to.sendall(answer[i : i + 1])

    return say


@contextmanager
def speaking(*said: Said) -> Iterator[tuple[str, list[bytes]]]:
    """Serve the answers in turn, the last one again and again; gives address and requests."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []
    threads: list[threading.Thread] = []

    def answer(to: socket.socket, what: Said) -> None:
        with to, suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request and (part := to.recv(65536)):
                request += part
            asked.append(request)
            if callable(what):
                what(to)
            else:
                to.sendall(what)
            to.shutdown(socket.SHUT_WR)
            while to.recv(65536):
                pass

    def serve() -> None:
        count = 0
        with suppress(OSError):
            while True:
                to, _ = listener.accept()
                what = said[min(count, len(said) - 1)]
                count += 1
                threads.append(threading.Thread(target=answer, args=(to, what), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in [accepting, *threads]:
            thread.join(2)
