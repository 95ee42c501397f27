"""A small web server in the hub's place: files by path, and every way such a server fails."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath


class Hub(ThreadingHTTPServer):
    """`files` maps a path to its bytes; `manner` says how they are served."""

    daemon_threads = True

    def __init__(self, files: dict[str, bytes], manner: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.manner = files, manner
        self.asked: list[str] = []
        self.over = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that hangs up is what some tests are about


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        path, manner = self.path, self.server.manner
        self.server.asked.append(path)
        moved = path.startswith("/store/")
        body = self.server.files.get(path.removeprefix("/store"))
        if body is None or manner in ("403", "503"):
            self.send_error(404 if body is None else int(manner))
            return
        if manner == "silent":
            self.server.over.wait()  # longer than any test: only who gives up gets on
            return
        if not moved:  # the hub itself only says where the bytes are, and their checksum
            self.send_response(302)
            told = b"another file" if manner == "wrong" else body
            self.send_header("X-Linked-ETag", f'"{hashlib.sha256(told).hexdigest()}"')
            self.send_header("Location", f"/store{path}")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(10**15 if manner == "huge" else len(body)))
        self.end_headers()
        if manner == "slow":
            for start in range(0, len(body), len(body) // 20):
                self.wfile.write(body[start : start + len(body) // 20])
                self.server.over.wait(0.02)
        else:
            self.wfile.write(body[: len(body) // 2] if manner in ("cut", "huge") else body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def serving(files: dict[str, bytes], manner: str = "well") -> Iterator[Hub]:
    hub = Hub({str(PurePosixPath("/") / path): body for path, body in files.items()}, manner)
    thread = threading.Thread(target=hub.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.over.set()
        hub.shutdown()
        hub.server_close()
        thread.join()


def closed_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
