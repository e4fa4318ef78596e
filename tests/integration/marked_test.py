"""What the agent and a verify tell the catalog of the media: probes of destinations, and what is lost there."""
# ctest: timeout=180
# case: marked
import os
import shutil
import sys

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger

PROBES = "SELECT DEST_TYPE, CHECK_FILE_NAME, LAST_CHECK_TIMESTAMP FROM CDB_OB_BACKUP_STORAGE_INFO ORDER BY DEST_TYPE"
SETS = "SELECT BACKUP_SET_ID, BACKUP_TYPE, FILE_STATUS, COMMENT FROM CDB_OB_BACKUP_SET_FILES ORDER BY BACKUP_SET_ID"


def largest(directory):
    files = [os.path.join(root, name) for root, _, names in os.walk(directory) for name in names]
    return max(files, key=os.path.getsize)


def probed(case, lab):
    """Both destinations have a new check file, which is there, and an older time no more."""
    before = lab.cli("sql", PROBES)
    case.equal(len(before), 2, "destinations")
    newer = lambda: all(a["LAST_CHECK_TIMESTAMP"] > b["LAST_CHECK_TIMESTAMP"] for a, b in zip(lab.cli("sql", PROBES), before))
    wait_until(newer, 60, "a probe of each destination")
    root = lab.data_uri("shop").removeprefix("file://")
    found = lambda: lab.cli("sql", PROBES)[1]["CHECK_FILE_NAME"] in os.listdir(f"{root}/check_file")
    wait_until(found, 10, "the newest check file")


def marked(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256"])
    ledger.start("--rate", "400", "--seconds", "120")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("shop", ledger.db)])
    case.at_end(lab.stop)
    lab.start_agent(env={"SEABED_TEST_PROBE_SECONDS": "1"})
    lab.protect("shop")
    lab.backup("shop")
    probed(case, lab)
    root = lab.data_uri("shop").removeprefix("file://")
    lost, away = largest(f"{root}/backup_set_1_full"), f"{case.base}/away"
    verify = ["verify", "--tenant", "shop", *lab.sources("shop")]
    case.equal(lab.cli(*verify)["marked"], [], "all is whole")
    shutil.move(lost, away)
    run = lab.run(*verify, "--output", "json")
    case.equal(run.returncode, 5, f"a lost object: {run.stderr}")
    case.equal([row["FILE_STATUS"] for row in lab.cli("sql", SETS)], ["BROKEN"], "the set")
    case.contains(lab.cli("sql", SETS)[0]["COMMENT"], os.path.basename(lost), "its comment")
    lab.backup("shop", incremental=True)
    case.equal(lab.cli("sql", SETS)[1]["BACKUP_TYPE"], "D", "no incremental builds on a broken set")
    shutil.move(away, lost)
    case.equal(lab.cli(*verify)["marked"], ["backup set 1: AVAILABLE"], "it is back")
    case.equal([row["FILE_STATUS"] for row in lab.cli("sql", SETS)], ["AVAILABLE", "AVAILABLE"], "both sets")
    elsewhere = f"{case.base}/copy"
    shutil.copytree(root, elsewhere)
    case.equal(lab.run("verify", "--tenant", "shop", "--from", f"file://{elsewhere}").returncode, 4, "a copy is not the original")
    lab.cli("clean", "policy-add", "--tenant", "shop", "--window", "7d")
    lab.cli("clean", "run", "--tenant", "shop")
    jobs = "SELECT INITIATOR_TENANT_ID FROM CDB_OB_BACKUP_DELETE_JOB_HISTORY"
    wait_until(lambda: lab.cli("sql", jobs), 60, "the cleanup")
    case.equal(lab.cli("sql", jobs)[0]["INITIATOR_TENANT_ID"], "1", "sys asked for it")


if __name__ == "__main__":
    sys.exit(run_cases({"marked": marked}))
