"""A repository served over HTTP on this machine, by git's own server program."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Served(ThreadingHTTPServer):
    """What the server does and what it has seen; tests change it while it runs."""

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.root = root
        self.needs: str | None = None
        self.moved_to: str | None = None
        self.forwards: tuple[str, str] | None = None
        self.fails_with: int | None = None
        self.delay = threading.Event()
        self.delay.set()
        self.seen: list[str] = []

    def url(self, path: str = "team/app/.git", login: str = "") -> str:
        return f"http://{login}127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    """One request, handed to `git http-backend`."""

    server: Served

    def log_message(self, format: str, *args: object) -> None:
        self.server.seen.append(self.path)

    def _refuse(self) -> bool:
        if self.server.moved_to and not self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", self.server.moved_to + self.path)
        elif self.server.forwards and self.path.startswith(self.server.forwards[0]):
            self.send_response(301)
            self.send_header("Location", self.path.replace(*self.server.forwards))
        elif self.server.fails_with:
            self.send_response(self.server.fails_with)
        elif self.server.needs and self.headers.get("Authorization") != self.server.needs:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
        else:
            return False
        self.send_header("Content-Length", "0")
        self.end_headers()
        return True

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
        if self._refuse():
            return
        self.server.delay.wait(20)
        path, _, query = self.path.removeprefix("/moved").partition("?")
        environment = {
            "PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROJECT_ROOT": str(self.server.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }  # fmt: skip
        answer = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = answer.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET


@contextmanager
def serving(root: Path) -> Iterator[Served]:
    """A server for the repositories in a folder."""
    with Served(root) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.delay.set()
            server.shutdown()
            thread.join()
