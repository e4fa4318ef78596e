"""What is no database, not ours to link, or damaged: said at attach time and by doctor, with exit codes."""
# ctest: timeout=180
# case: wrong-paths
# case: damaged-manifest
# case: torn-record
# case: disk-full-while-linking
import os
import shutil
import subprocess
import sys
import time

from case import Skip, run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import compare


def doctor(case, directory, name, **options):
    lab = Installation(case.build, f"{case.base}/{name}", [Tenant("t", directory)])
    lab.tenants[0].stream_options = options
    lab.write_config()
    return lab.run("doctor", "--output", "json", timeout=120)


def wrong_paths(case):
    os.makedirs(f"{case.base}/empty")
    with open(f"{case.base}/file", "w", encoding="ascii") as text:
        text.write("x")
    for name, directory in (("relative", "some/dir"), ("missing", f"{case.base}/nowhere"),
                            ("no-database", f"{case.base}/empty"), ("a-file", f"{case.base}/file")):
        run = doctor(case, directory, name)
        case.true(run.returncode > 0, f"{name}: doctor found nothing wrong: {run.stdout}")
        case.contains(run.stdout + run.stderr, directory, f"{name}: the object is named")


def closed_ledger(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2"])
    ledger.start("--commits", "500")
    ledger.process.wait(60)
    return ledger


def damaged_manifest(case):
    ledger = closed_ledger(case)
    case.equal(doctor(case, ledger.db, "good").returncode, 0, "doctor on a good database")
    manifest = next(name for name in os.listdir(ledger.db) if name.startswith("MANIFEST"))
    shutil.copytree(ledger.db, f"{case.base}/bad.db")
    with open(f"{case.base}/bad.db/{manifest}", "r+b") as file:
        file.seek(40)
        file.write(b"\xff\xff\xff\xff")
    run = doctor(case, f"{case.base}/bad.db", "bad")
    case.true(run.returncode > 0, "a damaged MANIFEST")
    case.contains(run.stdout + run.stderr, manifest, "the MANIFEST is named")


def torn_record(case):
    """The writer dies in the middle of a record; the torn tail is never restored, and the log goes on behind it."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2"]).start("--rate", "1000", "--seconds", "100")
    case.at_end(ledger.kill)
    with Installation(case.build, case.base, [Tenant("t", ledger.db)]) as lab:
        lab.start_agent()
        lab.protect("t")
        lab.backup("t")
        ledger.kill()
        wal = max(name for name in os.listdir(ledger.db) if name.endswith(".log"))
        with open(f"{ledger.db}/{wal}", "ab") as file:  # a header and half of the payload that it promises
            file.write(b"\x12\x34\x56\x78\x00\x02\x01" + b"half")
        lab.wait_checkpoint("t", time.time_ns())
        ledger.start("--rate", "1000", "--seconds", "100")
        lab.wait_checkpoint("t", time.time_ns() + 10**9)
        ledger.kill()
        lab.wait_checkpoint("t", time.time_ns())
        case.equal(lab.archive_status("t")["status"], "DOING", "a torn tail is no gap")
        compare(case, lab, ledger, "t", "latest")


def disk_full_while_linking(case):
    """Links need no space but directories do: on a full disk the archiver says so and goes on when there is room."""
    disk = f"{case.base}/disk"
    os.makedirs(disk)
    image = f"{case.base}/disk.img"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m,nr_inodes=600", "none", disk],
                      capture_output=True).returncode != 0:
        raise Skip("mounting a tmpfs is not permitted here")
    case.at_end(lambda: subprocess.run(["umount", "-l", disk], check=False))
    case.true(not os.path.exists(image), "")
    ledger = Ledger(case.build, disk, flags=["--cfs", "1", "--memtable-kb", "256"])
    ledger.log = f"{case.base}/ledger.log"
    ledger.start("--rate", "800", "--seconds", "150")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    lab.start_agent()
    lab.protect("t")
    lab.backup("t")
    filler = []
    while True:  # eat every inode: new links to existing files still work, new files do not
        try:
            filler.append(f"{disk}/filler{len(filler)}")
            with open(filler[-1], "xb"):
                pass
        except OSError:
            break
    time_before = lab.archive_status("t")["checkpoint_scn"]
    wait_until(lambda: lab.agent.poll() is not None or lab.archive_status("t")["checkpoint_scn"] > time_before, 60,
               "the archiver to live on")
    case.equal(lab.agent.poll(), None, "the agent lives on a full disk")
    for path in filler[:-1]:
        os.remove(path)
    if ledger.process.poll() is not None:  # the writer may have died of the full disk: that is its affair
        ledger.start("--rate", "800", "--seconds", "100")
    lab.wait_checkpoint("t", time.time_ns() + 10**9)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "latest")


if __name__ == "__main__":
    sys.exit(run_cases({"wrong-paths": wrong_paths, "damaged-manifest": damaged_manifest, "torn-record": torn_record,
                        "disk-full-while-linking": disk_full_while_linking}))
