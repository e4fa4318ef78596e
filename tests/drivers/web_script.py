"""A web server on 127.0.0.1 that answers as a test says, and keeps what it was asked."""
import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Asked = namedtuple("Asked", "method path headers body")


class WebScript:
    """answer(asked) gives (status, headers, body); an exception in it is the server hanging up."""

    def __init__(self, case, answer):
        self.asked, self.answer = [], answer
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                script.asked.append(asked)
                status, headers, answer_body = script.answer(asked)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(answer_body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer_body)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        case.at_end(self.stop)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
