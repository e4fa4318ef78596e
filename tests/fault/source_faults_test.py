"""What is no database, not ours to link, or damaged: said at attach time and by doctor, with exit codes."""
# ctest: timeout=180
# case: wrong-paths
# case: damaged-manifest
# case: torn-record
# case: disk-full-while-linking
# case: links-elsewhere
# case: newer-format
# case: encrypted
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time
import urllib.request

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


def link_error(lab):
    return next(s["link_error"] for s in lab.archive_status("t")["streams"] if s["ls_id"] == 1001)


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

    def fill():  # eats every inode: no new file and no new link is possible
        while True:
            try:
                with open(f"{disk}/filler{len(filler)}", "xb"):
                    filler.append(f"{disk}/filler{len(filler)}")
            except OSError:
                return
    fill()
    time_before = lab.archive_status("t")["checkpoint_scn"]
    wait_until(lambda: lab.agent.poll() is not None or lab.archive_status("t")["checkpoint_scn"] > time_before, 60,
               "the archiver to live on")
    # What RocksDB deletes meanwhile makes room again: that is eaten too.
    wait_until(lambda: fill() or "No space left" in link_error(lab), 30, "a word about the disk")
    case.contains(lab.archive_status("t")["comment"], "the log is not protected by links", "the archive's comment")
    case.equal(lab.agent.poll(), None, "the agent lives on a full disk")
    for path in filler:
        os.remove(path)
    if ledger.process.poll() is not None:  # the writer may have died of the full disk: that is its affair
        ledger.start("--rate", "800", "--seconds", "100")
    lab.wait_checkpoint("t", time.time_ns() + 10**9)
    wait_until(lambda: not link_error(lab), 30, "links again")
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "latest")


def links_elsewhere(case):
    """A pin directory on another file system: the archive goes on without links, and everyone who is asked says so."""
    elsewhere = f"{case.base}/elsewhere.pins"
    os.makedirs(elsewhere)
    if subprocess.run(["mount", "-t", "tmpfs", "none", elsewhere], capture_output=True).returncode != 0:
        raise Skip("mounting a tmpfs is not permitted here")
    case.at_end(lambda: subprocess.run(["umount", "-l", elsewhere], check=False))
    ledger = Ledger(case.build, case.base, flags=["--cfs", "1"]).start("--rate", "300", "--seconds", "100")
    case.at_end(ledger.kill)
    tenant = Tenant("t", ledger.db)
    tenant.stream_options = {"pin_directory": f"{elsewhere}/t"}
    lab = Installation(case.build, case.base, [tenant])
    with open(lab.config, "a", encoding="utf-8") as out:
        out.write(f'[alert]\ncommand = ["/usr/bin/tee", "-a", "{case.base}/alerts"]\ncheck_interval_ms = 200\n'
                  '[metrics]\nlisten = "127.0.0.1:0"\n')
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    wait_until(lambda: link_error(lab), 30, "a word about the links")
    status = lab.archive_status("t")
    case.equal(status["status"], "DOING", "it goes on")
    case.contains(status["comment"], "on another file system", "the archive's comment")
    wait_until(lambda: os.path.exists(f"{case.base}/alerts") and "link_error" in open(f"{case.base}/alerts").read(), 30, "the alert")
    case.contains(lab.run("doctor", "--output", "json").stdout, "on another file system", "doctor")
    port = re.search(r"metrics at .*\(port (\d+)\)", lab.agent_log())[1]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as page:
        case.contains(page.read().decode(), 'seabed_link_error{tenant="t",log_stream="1001"} 1', "the metric")
    for log in ("agent.log", "linker.log"):
        with open(f"{lab.base}/{log}", encoding="utf-8") as text:
            case.equal(text.read().count("on another file system"), 1, f"{log} says it, once")


def log_record(kind, payload):
    """A physical record of RocksDB's log format."""
    crc = 0xffffffff
    for byte in bytes([kind]) + payload:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    crc ^= 0xffffffff
    return struct.pack("<IHB", ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff, len(payload), kind) + payload


def stands_still(case, lab, word):
    """The archive tells `word` and goes no further."""
    status = wait_until(lambda: (s := lab.archive_status("t")) and any(word in x["error"] for x in s["streams"]) and s, 30,
                        f"a word about {word}")
    case.equal(lab.run("verify", *lab.sources("t")).returncode, 0, "verify of what is archived")
    case.equal(lab.archive_status("t")["checkpoint_scn"], status["checkpoint_scn"], "the checkpoint")
    case.equal(status["status"], "DOING", "it is retried: a newer program goes on")


def newer_format(case):
    """What a newer RocksDB may write and must be understood: the checkpoint stands still before it, and goes on without it."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2"]).start("--rate", "1000", "--seconds", "100")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    lab.start_agent()
    lab.protect("t")
    lab.backup("t")
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    for suffix, record, word in ((".log", log_record(77, b"of a later version"), "unknown record type 77"),
                                 ("", log_record(1, b"\x3c\x01x"), "tag 60")):
        path = max(e.path for e in os.scandir(ledger.db) if e.name.endswith(suffix) and e.name[:3] == ("MAN" if not suffix else e.name[:3]))
        size = os.path.getsize(path)
        with open(path, "ab") as file:
            file.write(record)
        stands_still(case, lab, word)
        os.truncate(path, size)
        lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "latest")


def encrypted(case):
    """Files that nobody outside can read: said by the archive, and not a byte of them is archived."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "1", "--encrypted"]).start("--rate", "300", "--seconds", "100")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    lab.start_agent()
    lab.cli("archive", "set-dest", "--tenant", "t", "--location", lab.archive_uri("t"))
    lab.run("archive", "start", "--tenant", "t")
    said = wait_until(lambda: (s := json.dumps(lab.archive_status("t"))) and "encrypted or custom Env" in s and s, 30,
                      "a word about the Env")
    case.true('"status": "DOING"' not in said, f"a round that is DOING: {said}")
    logs = [name for folder, _, names in os.walk(f"{case.base}/media/t") for name in names if folder.endswith("logstream_1001/log")]
    case.equal(logs, [], "archived of it")


if __name__ == "__main__":
    sys.exit(run_cases({"wrong-paths": wrong_paths, "damaged-manifest": damaged_manifest, "torn-record": torn_record,
                        "disk-full-while-linking": disk_full_while_linking, "links-elsewhere": links_elsewhere,
                        "newer-format": newer_format, "encrypted": encrypted}))
