"""Restored tenants that are served before they are activated: the story behind them, reads by the CLI, mounts, and what
Debian's ldb says of a database, which knows nothing of Seabed."""
import hashlib
import json
import os
import re
import signal
import subprocess

from case import Skip
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import bounds, pass_time

ROW = re.compile(r"^0x([0-9A-F]*) (?:==>|:) 0x([0-9A-F]*)$")


class Served:
    """A ledger with its backup and archive; `reader` is a machine elsewhere: its own configuration, an empty catalog."""

    def __init__(self, case, medium=None, seen=None, limits=None, seconds=0.7, password=None):
        """seen: the medium as the reader reaches it (through a proxy). password: a file with the set's own."""
        self.case = case
        self.keys = ["--password-file", password] if password else []
        self.ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "96"])
        self.ledger.start("--rate", "1500", "--seconds", "240")
        self.lab = Installation(case.build, case.base, [Tenant("t", self.ledger.db)], medium=medium)
        case.at_end(self.lab.stop)
        case.at_end(self.ledger.kill)
        self.reader = Installation(case.build, f"{case.base}/reader", [], cluster="reader", cluster_id=9,
                                   medium=seen or self.lab.medium, limits=limits)
        self.lab.start_linker("t")
        self.lab.start_agent()
        self.lab.protect("t")
        pass_time(self.lab, "t", seconds)
        self.lab.cli("backup", "start", "--tenant", "t", "--wait", *self.keys)
        pass_time(self.lab, "t", seconds)
        self.written = self.lab.archive_status("t")["checkpoint_scn"]  # every restore to the newest reaches it
        self.ledger.kill()
        self.mounts = {}
        case.at_end(self.end_mounts)

    def restore(self, name, method, *until):
        directory = f"{self.case.base}/{name}"
        more = ["--method", "quick"] if method == "quick" else []
        outcome = self.reader.cli("restore", *self.lab.sources("t"), "--directory", directory, *more, *until, *self.keys)
        self.outcome = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
        self.limits = bounds(self.outcome, int(until[1]) if until else self.written, latest=not until)
        return directory

    def until(self):
        return ["--until-scn", self.outcome["scn_hi"]]

    def judge(self, db, what, *more):
        """The oracle's verdict on a directory that claims to be the state of the last restore."""
        status, verdict = self.ledger.check(db, *self.limits, *more)
        self.case.equal(status, 0, f"{what}: {verdict}")
        return verdict

    # ---- mounts ----
    def mount(self, directory, name="mnt", *more):
        if not can_mount():
            raise Skip("this machine has no FUSE")
        where = f"{self.case.base}/{name}"
        answer = self.reader.cli("mount", directory, where, *more, *self.keys)
        self.mounts[where] = answer["pid"]
        return where

    def unmount(self, where, *more):
        self.reader.cli("unmount", where, *more)
        pid = self.mounts.pop(where)
        wait_until(lambda: not os.path.exists(f"/proc/{pid}"), 30, "the end of the mount's process")

    def kill_mount(self, where):
        pid = self.mounts[where]  # its mount point stays
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not os.path.exists(f"/proc/{pid}"), 30, "the mount's death")

    def end_mounts(self):
        for where in list(self.mounts):
            self.reader.run("unmount", where, "--force")


def can_mount():
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR))
        return os.geteuid() == 0 or bool(os.access("/usr/bin/fusermount3", os.X_OK))
    except OSError:
        return False


def tree_digest(directory):
    """Name, length and content of every regular file."""
    out = {}
    for root, _, files in os.walk(directory):
        for name in files:
            path = os.path.join(root, name)
            with open(path, "rb") as data:
                out[os.path.relpath(path, directory)] = hashlib.sha256(data.read()).hexdigest()
    return out


def ldb(db, *args):
    run = subprocess.run(["ldb", f"--db={db}", *args], capture_output=True, text=True, timeout=120)
    if run.returncode != 0:
        raise RuntimeError(f"ldb {args}: {run.stdout}{run.stderr}")
    return run.stdout


def ldb_families(db):
    listed = ldb(db, "list_column_families")
    return re.findall(r"'([^']+)'|(?<=[{ ])([A-Za-z0-9_.]+)(?=[,}])", listed) and [
        a or b for a, b in re.findall(r"'([^']+)'|(?<=[{ ])([A-Za-z0-9_.]+)(?=[,}])", listed)]


def ldb_rows(db, family):
    """[(key, value)] in hex, in the family's order."""
    rows = []
    for line in ldb(db, f"--column_family={family}", "--hex", "scan").splitlines():
        match = ROW.match(line.strip())
        if match:
            rows.append((match[1].lower(), match[2].lower()))
    return rows


def scan(lab, *args):
    """The same of `seabed tenant scan`."""
    run = lab.run("tenant", "scan", *args, "--output", "json")
    if run.returncode != 0:
        raise RuntimeError(run.stderr)
    return [(row["key_hex"], row["value_hex"]) for row in json.loads(run.stdout)]
