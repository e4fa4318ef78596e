"""A restore is killed with kill -9 right after each state that it persists, and so is the activation; the same command
goes on, whole files are not fetched again, and the database is the one of the chosen moment."""
# ctest: timeout=300
import json
import os
import sys
import time

from case import run_cases
from installation import Installation, Tenant
from ledger import Ledger
from ledger_story import bounds, newest, pass_time

STATES = ["CREATE_TENANT", "RESTORE_PRE", "RESTORE_CREATE_INIT_LS", "RESTORE_WAIT_TO_CONSISTENT_SCN", "RESTORE_WAIT_LS",
          "POST_CHECK", "UPGRADE", "RESTORE_SUCCESS"]


def whole_files(staged):
    """name -> (inode, modification time): a file that is written again changes its time."""
    if not os.path.isdir(staged):
        return {}
    return {e.name: (e.inode(), e.stat().st_mtime_ns) for e in os.scandir(staged) if e.name.endswith(".sst")}


def resume(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "64"])
    ledger.start("--rate", "1500", "--seconds", "250")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    lab.start_agent()
    lab.protect("t")
    lab.backup("t")
    pass_time(lab, "t", 1)
    lab.backup("t", incremental=True)
    pass_time(lab, "t", 1)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    promised = newest(lab, "t")
    lab.stop()

    directory = f"{case.base}/restored"
    staged = f"{directory}/ledger.db.seabed-standby"
    elsewhere = Installation(case.build, f"{case.base}/elsewhere", [], cluster="elsewhere", cluster_id=9)
    command = ["restore", *lab.sources("t"), "--directory", directory]
    kept = {}
    for state in STATES:
        run = elsewhere.run(*command, env={"SEABED_TEST_KILL_AT": f"restore/{state}"})
        case.equal(run.returncode, -9, f"restore killed at {state}: {run.stderr}")
        now = whole_files(staged)
        case.true(all(now.get(name) == stamp for name, stamp in kept.items()), f"files that were whole before {state} stay")
        kept = now if state == "RESTORE_WAIT_LS" or kept else kept
        case.true(not os.path.exists(f"{directory}/ledger.db"), f"nothing can be opened at {state}")
    case.true(len(kept) > 2, f"files were kept: {kept}")
    again = elsewhere.refused(*command)
    case.true("activate" in str(again), f"a restore that is done is not done again: {again}")

    with open(f"{directory}/seabed_tenant.json", encoding="utf-8") as file:
        stream = json.load(file)["streams"][0]
    activate = ["tenant", "activate", "--directory", directory]
    run = elsewhere.run(*activate, env={"SEABED_TEST_KILL_AT": "activate/ledger.db"})
    case.equal(run.returncode, -9, f"activation killed: {run.stderr}")
    elsewhere.cli(*activate)
    elsewhere.cli(*activate)
    status, verdict = ledger.check(f"{directory}/ledger.db", *bounds(stream, promised, latest=True))
    case.equal(status, 0, f"the restored database: {verdict}, stream {stream}")


if __name__ == "__main__":
    sys.exit(run_cases({"resume": resume}))
