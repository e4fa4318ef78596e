"""A destination that is full, read-only, somebody else's or not one at all: clear errors, and nothing is lost."""
# ctest: timeout=300
# case: full-archive
# case: full-backup
# case: read-only
# case: foreign
# case: two-agents
import contextlib
import os
import subprocess
import sys
import time

from case import Skip, run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import compare


def small_disk(case, name, megabytes):
    """A tmpfs mounted for the case; remount(…) changes it."""
    path = f"{case.base}/{name}"
    os.makedirs(path)
    run = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", path], capture_output=True)
    if run.returncode != 0:
        raise Skip("mounting a tmpfs is not permitted here")
    case.at_end(lambda: subprocess.run(["umount", "-l", path], check=False))
    return path, lambda options: subprocess.run(["mount", "-o", "remount," + options, path], check=True)


def writer_and_lab(case, rate="1500"):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256", "--value-size", "800"])
    ledger.start("--rate", rate, "--seconds", "240")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    return ledger, lab


def trouble(lab, word):
    """What the status says while the medium is in trouble, once it says `word`."""
    return wait_until(lambda: (text := str(lab.archive_status("t"))) and word in text.lower() and text, 60,
                      f"a status that says {word}")


def finish_equal(case, ledger, lab):
    lab.wait_checkpoint("t", time.time_ns(), 120)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "latest")


def full_archive(case):
    disk, remount = small_disk(case, "media", 24)
    ledger, lab = writer_and_lab(case)
    lab.data_uri = lambda tenant: f"file://{case.base}/data/{tenant}"  # the sets lie elsewhere
    lab.protect("t")
    lab.backup("t")
    trouble(lab, "space")
    stood = lab.archive_status("t")["checkpoint_scn"]
    case.true(time.time_ns() > stood, "the checkpoint stands")
    remount("size=2g")
    lab.wait_checkpoint("t", stood + 2 * 10**9, 120)
    finish_equal(case, ledger, lab)


def full_backup(case):
    ledger, lab = writer_and_lab(case)
    disk, remount = small_disk(case, "small", 1)
    lab.data_uri = lambda tenant: f"file://{disk}/{tenant}"
    lab.protect("t")
    lab.wait_checkpoint("t", time.time_ns() + 4 * 10**9)
    error = lab.refused("backup", "start", "--tenant", "t", "--wait")
    case.contains((error.stderr + error.stdout).lower(), "space", "the reason of a backup that did not fit")
    sets = lab.cli("backup", "list", "--tenant", "t")
    case.equal(sets[-1]["status"], "FAILED", "the set that did not fit")
    remount("size=1g")
    lab.backup("t")
    finish_equal(case, ledger, lab)


def read_only(case):
    disk, remount = small_disk(case, "media", 512)
    ledger, lab = writer_and_lab(case)
    lab.data_uri = lambda tenant: f"file://{case.base}/data/{tenant}"
    lab.protect("t")
    lab.backup("t")
    remount("ro")
    trouble(lab, "read-only")
    remount("rw")
    finish_equal(case, ledger, lab)


def foreign(case):
    ledger, lab = writer_and_lab(case)
    lab.protect("t")
    other = Installation(case.build, f"{case.base}/other", [Tenant("u", ledger.db)], cluster="other", cluster_id=2)
    error = other.refused("archive", "set-dest", "--tenant", "u", "--location", lab.archive_uri("t"))
    case.contains(error.stderr, "9081", "another cluster's destination")
    os.makedirs(f"{case.base}/occupied")
    with open(f"{case.base}/occupied/letter.txt", "w", encoding="ascii") as text:
        text.write("not Seabed's")
    error = other.refused("archive", "set-dest", "--tenant", "u", "--location", f"file://{case.base}/occupied")
    case.contains(error.stderr, "9080", "a directory in use by something else")
    case.equal(os.listdir(f"{case.base}/occupied"), ["letter.txt"], "nothing was written there")
    for wrong in ("relative/dir", "file://relative", "file:///", "nosuch:///x", "file:///a/../b",
                  f"file://{case.base}/x?color=red"):
        error = other.refused("archive", "set-dest", "--tenant", "u", "--location", wrong)
        case.true(error.status > 0 and wrong.split("?")[0] in error.stderr, f"the refusal of {wrong}: {error.stderr}")
    error = other.refused("backup", "set-dest", "--tenant", "u", "--location", lab.archive_uri("t"))
    case.true(error.status > 0, "a data destination at an archive path")


def two_agents(case):
    ledger, lab = writer_and_lab(case)
    lab.protect("t")
    lab.backup("t")
    run = lab.run("agent", timeout=60)
    case.true(run.returncode > 0, "a second agent on one catalog was not refused")
    case.contains(run.stderr, str(lab.agent.pid), "the refusal names who owns the catalog")
    # Another installation of the same cluster and tenant, with a catalog of its own, must not write into the same files.
    twin = Installation(case.build, f"{case.base}/twin", [Tenant("t", ledger.db)])
    case.at_end(twin.stop)
    twin.tenants[0].stream_options = {"pin_directory": f"{case.base}/twin/pins"}
    twin.write_config()
    twin.start_agent()
    with contextlib.suppress(Exception):
        twin.cli("archive", "set-dest", "--tenant", "t", "--location", lab.archive_uri("t"))
        twin.cli("parameter", "set", "--tenant", "t", "archive_lag_target", "0")
        twin.cli("archive", "start", "--tenant", "t")
    lab.wait_checkpoint("t", time.time_ns() + 5 * 10**9)
    case.equal(lab.archive_status("t")["status"], "DOING", "the first agent goes on")
    twin.stop()
    finish_equal(case, ledger, lab)
    report = lab.cli("verify", *lab.sources("t"))
    case.equal([f for f in report["findings"] if f["error"]], [], "verify")


if __name__ == "__main__":
    sys.exit(run_cases({"full-archive": full_archive, "full-backup": full_backup, "read-only": read_only,
                        "foreign": foreign, "two-agents": two_agents}))
