"""A database that nobody has open: its oldest log file is empty (a reopening leaves one), the base begins there."""
# ctest: timeout=120
# case: backup
# case: backup-after-restart
import os
import subprocess
import sys
import time

from case import run_cases
from installation import Installation, Tenant


def ldb(db, *words):
    return subprocess.run(["ldb", f"--db={db}", *words], check=True, capture_output=True).stdout.strip()


def begin(case):
    db = os.path.join(case.base, "closed.db")
    subprocess.run([os.path.join(case.build, "bin", "bulk_load"), "--db", db, "--size-mb", "4"], check=True,
                   stdout=subprocess.DEVNULL)
    ldb(db, "put", "zz", "before")
    empty = [n for n in os.listdir(db) if n.endswith(".log") and os.path.getsize(os.path.join(db, n)) == 0]
    case.true(empty, "the case needs a log file without a byte before the one that has the put")
    lab = Installation(case.build, case.base, [Tenant("t", db)])
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    return db, lab


def restored(case, lab, db, key, value):
    lab.wait_checkpoint("t", time.time_ns())
    target = os.path.join(case.base, f"restored-{value}")
    lab.restore("t", target)
    copy = os.path.join(target, os.path.basename(db))
    case.equal(ldb(copy, "get", key), value.encode(), "the restored database")
    case.true(ldb(copy, "scan") == ldb(db, "scan"), "the restored database differs from what was closed")


def backup(case):
    db, lab = begin(case)
    lab.backup("t")
    restored(case, lab, db, "zz", "before")
    ldb(db, "put", "zz", "after")
    restored(case, lab, db, "zz", "after")


def backup_after_restart(case):
    db, lab = begin(case)
    lab.wait_checkpoint("t", time.time_ns())
    lab.kill_agent()
    lab.start_agent()
    lab.wait_archive("t")
    lab.backup("t")
    restored(case, lab, db, "zz", "before")


if __name__ == "__main__":
    sys.exit(run_cases({"backup": backup, "backup-after-restart": backup_after_restart}))
