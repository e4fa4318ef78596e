"""The independent oracle's processes: a live writer and the checker that compares a database with its commit log."""
import json
import os
import signal
import subprocess
import time

from installation import wait_until


class Ledger:
    """A ledger_writer on <base>/<name>.db with the commit log <base>/<name>.log."""

    def __init__(self, build, base, name="ledger", flags=()):
        self.build, self.flags = build, list(flags)
        self.db, self.log = os.path.join(base, name + ".db"), os.path.join(base, name + ".log")
        self.process = None

    def tool(self, name):
        return os.path.join(self.build, "bin", name)

    def start(self, *flags):
        out = open(self.log + ".out", "ab")
        self.process = subprocess.Popen([self.tool("ledger_writer"), "--db", self.db, "--log", self.log,
                                         *self.flags, *map(str, flags)], stdout=out, stderr=out,
                                        stdin=subprocess.DEVNULL)
        out.close()
        wait_until(lambda: os.path.exists(self.db + "/CURRENT") or self.process.poll() is not None, 60, "the writer")
        return self

    def stop(self, sig=signal.SIGTERM, seconds=120):
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig)
            self.process.wait(seconds)
        status = self.process.returncode if self.process else None
        self.process = None
        return status

    def kill(self):
        return self.stop(signal.SIGKILL)

    def check(self, db, *flags):
        """(exit status, verdict) of ledger_check on a closed database."""
        run = subprocess.run([self.tool("ledger_check"), "--db", db, "--log", self.log, *map(str, flags)],
                             capture_output=True, text=True, timeout=600)
        try:
            return run.returncode, json.loads(run.stdout)
        except ValueError:
            return run.returncode, {"error": run.stderr or run.stdout}


def now_ns():
    return time.time_ns()
