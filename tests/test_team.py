"""docs/team.md: the proxy it describes, run as it is written before two servers."""

import http.client
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not (shutil.which("nginx") and shutil.which("openssl")),
    reason="nginx or openssl is not installed: apt-get install nginx openssl",
)
GUIDE = Path(__file__).parent.parent / "docs" / "team.md"
MAIN = """
{user} daemon off; pid {folder}/pid; error_log stderr;
events {{}}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/share.conf;
}}
"""


class Process(BaseHTTPRequestHandler):
    """A process of the planner as the proxy sees it: says who it is and what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = str(self.server.server_port).encode()
        self.send_response(200)
        for name in ("Host", "Upgrade", "Connection"):
            self.send_header(f"X-Sent-{name}", self.headers.get(name, ""))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_GET

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def process():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Process)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def team(tmp_path):
    """Serve two processes through nginx, as docs/team.md has it but for ports and paths."""
    block = re.search(r"^    map \$cookie_planner .*?^    }\n\n", GUIDE.read_text(), re.M | re.S)[0]
    with ExitStack() as stack:
        both = [stack.enter_context(process()) for _ in range(2)]
        with ThreadingHTTPServer(("127.0.0.1", 0), Process) as free:
            port = free.server_port
        for written, ours in (
            ("listen 4443", f"listen 127.0.0.1:{port}"),
            ("127.0.0.1:8501", f"127.0.0.1:{both[0].server_port}"),
            ("127.0.0.1:8502", f"127.0.0.1:{both[1].server_port}"),
            ("/etc/nginx/", f"{tmp_path}/"),
        ):
            assert written in block
            block = block.replace(written, ours)
        (tmp_path / "share.conf").write_text(block)
        user = "" if os.geteuid() else "user root;"  # or its workers could not write here
        (tmp_path / "nginx.conf").write_text(MAIN.format(folder=tmp_path, user=user))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
             "-subj", "/CN=localhost", "-keyout", tmp_path / "planner.key",
             "-out", tmp_path / "planner.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        command = [shutil.which("nginx"), "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        proxy = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        stack.callback(proxy.wait, 10)
        stack.callback(proxy.terminate)
        yield port, {str(one.server_port): one for one in both}


def ask(port, cookie="", method="GET", body=None, **headers):
    """Return status, headers and words of what comes back."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    sent = {"Cookie": cookie, "Host": "planner.your-council.example", **headers}
    for attempt in range(100):
        link = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
        try:
            link.request(method, "/", body, sent)
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        except ConnectionRefusedError:
            if attempt == 99:
                raise
            time.sleep(0.02)
        finally:
            link.close()
    raise AssertionError


def test_a_browser_stays_with_one_process_and_moves_when_that_is_down(team):
    port, processes = team
    served = {}
    while set(served.values()) != set(processes):
        assert len(served) < 100
        _, headers, process = ask(port)
        made = headers["Set-Cookie"]
        assert made.endswith("; Path=/; HttpOnly; Secure; SameSite=Lax")
        served[made.partition(";")[0]] = process
    for cookie, process in served.items():
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
        for more in ({}, upgrade, {"method": "PUT", "body": b"x" * 9_000_000}):
            status, headers, again = ask(port, cookie, **more)
            assert (status, again, headers["Set-Cookie"]) == (200, process, None)
            assert headers["X-Sent-Host"] == "planner.your-council.example"
            sent = (headers["X-Sent-Upgrade"], headers["X-Sent-Connection"])
            assert sent == (("websocket", "upgrade") if more is upgrade else ("", "close"))
    assert ask(port, cookie, "PUT", b"x" * 11_000_000)[0] == 413
    down = processes[process]
    down.shutdown()
    down.server_close()
    (other,) = set(processes) - {process}
    assert {ask(port, one)[2] for one in served} == {other}
