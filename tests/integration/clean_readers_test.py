"""The agent cleans by itself, and takes nothing that a reader of another cluster needs: a quick tenant, and a restore that runs.
When they are gone it takes that too."""
# ctest: timeout=300
# case: protected
import glob
import json
import os
import signal
import subprocess
import sys

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import bounds, pass_time


def begin(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "256"])
    ledger.start("--rate", "1500", "--seconds", "240")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], limits={"clean_interval_ms": 500},
                       env={"SEABED_TEST_MIN_PIECE_SECONDS": "1"})
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t", piece_switch="2s")
    return ledger, lab


def readers(lab):
    return len(glob.glob(f"{lab.base}/media/t/data/readers/*"))


def stopped_restore(case, lab, cluster, scn):
    """A restore process of another cluster that has its lease and is stopped in the middle; its directory."""
    for attempt in range(8):
        directory, there = f"{case.base}/restored-{attempt}", readers(lab)
        log = open(f"{case.base}/restore.log", "wb")
        process = subprocess.Popen([cluster.program, "--config", cluster.config, "restore", *lab.sources("t"), "--directory",
                                    directory, "--until-scn", str(scn), "--output", "json"], stdout=log, stderr=log)
        case.at_end(process.kill)
        log.close()
        wait_until(lambda: readers(lab) > there or process.poll() is not None, 60, "its lease")
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        if process.poll() is None and readers(lab) > there:
            return process, directory
    raise AssertionError("every restore was faster than the signal")


def file_status(lab):
    rows = lab.cli("sql", "SELECT BACKUP_SET_ID, FILE_STATUS FROM CDB_OB_BACKUP_SET_FILES ORDER BY BACKUP_SET_ID")
    return {int(row["BACKUP_SET_ID"]): row["FILE_STATUS"] for row in rows}


def check(case, ledger, database, streams, target, what):
    stream = next(s for s in streams if s["ls_id"] == 1001)
    status, verdict = ledger.check(database, *bounds(stream, target))
    case.equal(status, 0, f"{what}: {verdict}, {stream}")


def quick_copy(case, directory, out):
    run = subprocess.run([f"{case.build}/bin/quick_copy", directory, os.path.realpath(f"{case.build}/drivers"), out],
                         capture_output=True, text=True, timeout=120, check=False)
    case.equal(run.returncode, 0, f"the quick tenant: {run.stderr}")


def protected(case):
    ledger, lab = begin(case)
    moments = []
    for _ in range(3):
        pass_time(lab, "t", 1)
        moments.append(lab.backup("t")["min_restore_scn"])
    pass_time(lab, "t", 0.5)
    looker = Installation(case.build, f"{case.base}/looker", [], cluster="looker", cluster_id=8)
    quick = f"{case.base}/quick"
    shown = looker.cli("restore", *lab.sources("t"), "--directory", quick, "--method", "quick", "--until-scn", moments[0])
    restorer = Installation(case.build, f"{case.base}/restorer", [], cluster="restorer", cluster_id=9)
    running, directory = stopped_restore(case, lab, restorer, moments[0])

    refused = lab.refused("clean", "delete-set", "--tenant", "t", "--id", "1")
    case.contains(refused.stderr, "9045", "by id")
    lab.cli("clean", "policy-add", "--tenant", "t", "--window", "1s")
    wait_until(lambda: file_status(lab)[2] == "DELETED", 60, "the agent takes the set that nobody reads")
    case.equal(file_status(lab), {1: "AVAILABLE", 2: "DELETED", 3: "AVAILABLE"}, "what is read stays")
    dry = lab.cli("clean", "run", "--tenant", "t", "--dry-run")
    kept = [i for i in dry["items"] if (i["kind"], i["id"]) == ("set", 1)]
    case.true(kept and kept[0]["action"] == "keep" and "read" in kept[0]["reason"], f"why it stays: {kept}")

    running.send_signal(signal.SIGCONT)
    with open(f"{case.base}/restore.log", encoding="utf-8") as log:
        case.equal(running.wait(120), 0, log.read())
    restorer.cli("tenant", "activate", "--directory", directory)
    ledger.kill()
    state = json.load(open(f"{directory}/seabed_tenant.json", encoding="utf-8"))
    check(case, ledger, f"{directory}/ledger.db", state["streams"], moments[0], "the restore that ran meanwhile")
    quick_copy(case, quick, f"{case.base}/copy")
    check(case, ledger, f"{case.base}/copy", shown["streams"], moments[0], "the quick tenant")
    case.equal(file_status(lab)[1], "AVAILABLE", "the quick tenant still reads it")

    looker.cli("tenant", "discard", quick)
    wait_until(lambda: file_status(lab)[1] == "DELETED", 60, "the agent takes it when nobody reads it")
    left = [p for p in glob.glob(f"{case.base}/media/t/data/**/*", recursive=True) if "backup_set_1_" in p and os.path.isfile(p)]
    case.equal([p for p in left if "/tombstones/" not in p], [], "its objects")


if __name__ == "__main__":
    sys.exit(run_cases({"protected": protected}))
