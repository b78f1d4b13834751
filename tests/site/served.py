"""A web server for the site, as plain as the plainest host of static pages.

The site lies in a folder of the host, not at its root, and a wrong address
gets 404.html. What is not text can be made to come late, so that a page which
does not keep the room for it is seen to move.
"""

import gzip
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pages import FOLDER

TEXT = (".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".ipynb")
LATE = (".woff2", ".woff", ".png", ".webp", ".svg", ".js", "math.css")


class Server(ThreadingHTTPServer):
    """Serves a folder on a free port of this machine until it is closed."""

    daemon_threads = True

    def __init__(self, root: Path, seconds_late=0):
        self.root = root
        self.seconds_late = seconds_late
        self.asked = []
        self.body = cache(self.body)
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}{FOLDER}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def find(self, url):
        """The file that an address stands for, or None."""
        path = unquote(urlsplit(url).path)
        if not path.startswith(FOLDER):
            return None
        file = self.root / path.removeprefix(FOLDER)
        file = file / "index.html" if file.is_dir() else file
        return file if file.is_file() else None

    def body(self, file: Path):
        """What is sent for a file, and how it is encoded."""
        content = file.read_bytes()
        if file.suffix in TEXT:
            return gzip.compress(content, 6), "gzip"
        return content, "identity"

    def weight(self, url):
        """The bytes that are sent for an address, without the headers."""
        file = self.find(url)
        return len(self.body(file)[0]) if file else 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(self.path)
        file, status = self.server.find(self.path), 200
        if file is None:
            file, status = self.server.root / "404.html", 404
        if file.is_file():
            body, encoding = self.server.body(file)
        else:
            body, encoding = b"There is no such page.", "identity"
        if file.name.endswith(LATE):
            time.sleep(self.server.seconds_late)
        try:
            self.send_response(status)
            kind = guess_type(file.name)[0] or "application/octet-stream"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=600")
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:  # the reader has gone on to another page
            self.close_connection = True

    def log_message(self, *_):
        pass
