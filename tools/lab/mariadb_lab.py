"""MariaDB with MyRocks as a tenant: a server under a bank load, and a second server on what was restored."""
import json
import os
import signal
import subprocess
import sys

from installation import Tenant, wait_until
from mariadb_server import MariaDb

SERVERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "servers")


def tool(name, *args, timeout=600):
    """One of tests/servers' programs; (status, its last line as JSON)."""
    run = subprocess.run([sys.executable, os.path.join(SERVERS, name), *map(str, args)], capture_output=True, text=True,
                         timeout=timeout)
    try:
        return run.returncode, json.loads(run.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return run.returncode, {"error": run.stdout + run.stderr}


class Bank:
    """A running server with the bank load on it."""

    def __init__(self, base, binlog=False):
        os.chmod(base, 0o755)
        self.base, self.log = base, os.path.join(base, "bank.log")
        self.server = MariaDb(os.path.join(base, "source"))
        self.binlog = binlog
        self.load = None

    def start(self):
        self.server.start(binlog=self.binlog)
        return self

    def tenant(self, name):
        return Tenant(name, self.server.rocksdb, engine="myrocks", data_directory=self.server.data)

    def start_load(self, rate=200):
        self.load = subprocess.Popen([sys.executable, os.path.join(SERVERS, "bank_load.py"), "--socket",
                                      self.server.socket, "--log", self.log, "--rate", str(rate)],
                                     stdout=subprocess.PIPE, text=True)
        if "ready" not in self.load.stdout.readline():
            raise RuntimeError("the bank load did not start")

    def stop_load(self, sig=signal.SIGTERM):
        if self.load:
            self.load.send_signal(sig)
            try:
                self.load.wait(20)
            except subprocess.TimeoutExpired:  # a client that hangs is killed: its log says how far it came
                self.load.kill()
                self.load.wait()
            self.load = None

    def stop(self):
        self.stop_load(signal.SIGKILL)
        self.server.kill()

    def restored_server(self, name, directory, *options):
        """A second server on a restored and activated tenant directory."""
        second = MariaDb(os.path.join(self.base, name))
        second.assemble(os.path.join(directory, os.path.basename(self.server.rocksdb)), schemas_of(directory))
        second.start(extra=options)
        return second

    def check(self, server, *bounds):
        return tool("bank_check.py", "--socket", server.socket, "--log", self.log, *bounds)


def schemas_of(directory):
    """Where a restore puts the auxiliary files of a tenant."""
    return directory


def acknowledged(log):
    """How many commits the bank's log has."""
    with open(log, encoding="ascii") as text:
        return sum(line.startswith("A ") for line in text)


def wait_commits(bank, more, seconds=60):
    start = acknowledged(bank.log)
    wait_until(lambda: acknowledged(bank.log) >= start + more, seconds, f"{more} more commits")
