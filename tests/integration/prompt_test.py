"""`seabed sql` on a terminal: history, completion, Ctrl-C, errors; through a pseudo-terminal."""
# ctest: timeout=120
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import time

from case import run_cases
from installation import Installation, Tenant

CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07")


class Terminal:
    """A program on a pseudo-terminal of its own."""

    def __init__(self, command, env):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True)
        os.close(slave)
        self.text = b""

    def until(self, wanted, seconds=60):
        """Reads until `wanted` has come; what came since the last call, with it."""
        deadline = time.monotonic() + seconds
        while wanted.encode() not in CONTROL.sub(b"", self.text):
            if time.monotonic() > deadline:
                raise AssertionError(f"{wanted!r} did not come: {self.text!r}")
            if select.select([self.master], [], [], 1)[0]:
                try:
                    self.text += os.read(self.master, 65536)
                except OSError:
                    raise AssertionError(f"the program ended: {self.text!r}") from None
        plain = CONTROL.sub(b"", self.text)
        end = plain.index(wanted.encode()) + len(wanted.encode())
        self.text = plain[end:]
        return plain[:end].decode(errors="replace")

    def type(self, keys):
        os.write(self.master, keys.encode())

    def end(self, keys=""):
        """Reads what is left; the exit status. `keys` are typed each second: what comes before the line is read is lost."""
        deadline, typed = time.monotonic() + 60, 0
        while self.process.poll() is None and time.monotonic() < deadline:
            if keys and time.monotonic() - typed > 1:
                self.type(keys)
                typed = time.monotonic()
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    os.read(self.master, 65536)
                except OSError:
                    break
        return self.process.wait(10)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.master)


def prompt(case):
    lab = Installation(case.build, case.base, [Tenant("market", f"{case.base}/db")])
    env = dict(lab.env, HOME=case.base, TERM="xterm")
    history = f"{case.base}/.seabed_history"

    def start():
        terminal = Terminal([lab.program, "--config", lab.config, "sql"], env)
        case.at_end(terminal.close)
        terminal.until("seabed> ")
        return terminal

    one = start()
    one.type("show param\tlike 'archive_lag%'\rtenant = mar\t;\r")  # completes a keyword and a tenant, over two lines
    case.contains(one.until("archive_lag_target"), "PARAMETERS", "a keyword completed")
    one.until("seabed> ")
    one.type("ALTER SYSTEM BACKUP NIX;\r")
    case.contains(one.until("seabed> "), "line 1, column 21", "an error leaves the prompt alive")
    one.type("ALTER SYSTEM NOARCHIVELOG\r")
    one.until("-> ")
    one.type("half a line\x03")
    case.contains(one.until("seabed> "), "^C", "Ctrl-C drops all of it")
    one.type("SET ENCRYPTION ON IDENTIFIED BY\r'TOPSECRET' ONLY;\r")
    one.until("done")
    one.until("seabed> ")
    one.type("SELECT TENANT_NAME FROM DBA_OB_TEN\t;\r")
    one.until("market")  # a view completed
    one.until("seabed> ")
    one.type("exit\r")
    case.equal(one.end(), 0, "exit")
    case.equal(stat.S_IMODE(os.stat(history).st_mode), 0o600, "mode of the history")
    with open(history, encoding="utf-8") as text:
        kept = text.read()
    case.true("TOPSECRET" not in kept and "IDENTIFIED" not in kept, f"a secret in the history: {kept}")
    case.contains(kept, "archive_lag", "the history")

    two = start()
    two.type("\x1b[A")  # the last statement of the session before
    two.until("DBA_OB_TENANTS")
    two.type("\r")
    two.until("market")
    two.until("seabed> ")
    case.equal(two.end("\x04"), 0, "Ctrl-D on an empty line")


if __name__ == "__main__":
    sys.exit(run_cases({"prompt": prompt}))
