"""One way to start a test server: on 127.0.0.1, in a scratch directory, ready before it is used, stopped by its pid."""
import os
import signal
import socket
import subprocess
import time


class ServerError(RuntimeError):
    pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def accepts(port):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


def wait_ready(name, ready, log, alive=lambda: True, seconds=60):
    deadline = time.monotonic() + seconds
    while not ready():
        if not alive() or time.monotonic() > deadline:
            raise ServerError(f"{name} did not get ready:\n{tail(log)}")
        time.sleep(0.05)


def tail(path, size=3000):
    try:
        with open(path, errors="replace") as text:
            return text.read()[-size:]
    except OSError as error:
        return str(error)


class ServerProcess:
    """A server in the foreground, child of ours."""

    def __init__(self, name, command, log, env=None, ready=None, port=None, cwd=None, seconds=60):
        self.name, self.log = name, log
        with open(log, "ab") as out:
            self.process = subprocess.Popen([str(c) for c in command], stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                            env=dict(os.environ, **(env or {})), start_new_session=True, cwd=cwd)
        try:
            wait_ready(name, ready or (lambda: accepts(port)), log, lambda: self.process.poll() is None, seconds)
        except ServerError:
            self.stop()
            raise

    @property
    def pid(self):
        return self.process.pid

    def stop(self, sig=signal.SIGTERM, seconds=10):
        if self.process.poll() is None:
            self.process.send_signal(sig)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
