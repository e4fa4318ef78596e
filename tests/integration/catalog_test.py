"""A catalog that is lost is rebuilt from the media, one that is an old copy is brought forward: under a live writer, and
restores equal its ledger."""
# ctest: timeout=240
# case: lost
# case: older
import glob
import os
import shutil
import sys
import time

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import compare, pass_time


def ledger_and_lab(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256"])
    ledger.start("--rate", "800", "--seconds", "200")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], limits={"lease_ms": 1000})
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    lab.backup("t")
    pass_time(lab, "t", 0.5)
    return ledger, lab


def remove_catalog(lab):
    for path in glob.glob(f"{lab.base}/catalog.db*"):
        if not path.endswith(".key"):
            os.remove(path)


def sets(lab):
    return lab.cli("sql", "SELECT BACKUP_SET_ID, BACKUP_TYPE, STATUS, FILE_STATUS, PREV_FULL_BACKUP_SET_ID, MIN_RESTORE_SCN, "
                   "TABLET_COUNT FROM CDB_OB_BACKUP_SET_FILES ORDER BY BACKUP_SET_ID")


def rounds(lab):
    return lab.cli("sql", "SELECT ROUND_ID, STATUS, BASE_PIECE_ID FROM CDB_OB_ARCHIVELOG ORDER BY ROUND_ID")


def ends_well(case, lab, ledger):
    pass_time(lab, "t", 0.5)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    report = lab.cli("verify", *lab.sources("t"))
    case.equal([f for f in report["findings"] if f["error"]], [], "verify")
    compare(case, lab, ledger, "t", "latest")


def lost(case):
    ledger, lab = ledger_and_lab(case)
    before = sets(lab)
    lab.kill_agent()
    remove_catalog(lab)
    lab.start_agent()
    case.equal(sets(lab), [], "an empty catalog")
    case.contains(str(lab.refused("tenant", "rebuild", "--tenant", "t")), "--from", "without addresses")
    dry = lab.cli("tenant", "rebuild", *lab.sources("t"), "--dry-run")[0]
    case.contains("\n".join(dry["changes"]), "backup set 1: unknown here, SUCCESS on the medium", "the dry run")
    case.equal(rounds(lab), [], "after a dry run")
    done = lab.cli("tenant", "rebuild", *lab.sources("t"))[0]
    case.equal((done["changes"], done["problems"]), (dry["changes"], []), "the rebuild does what its dry run said")
    lab.wait_archive("t")
    case.equal(sets(lab), before, "sets")
    case.equal([(r["ROUND_ID"], r["STATUS"]) for r in rounds(lab)], [("1", "STOP"), ("2", "DOING")], "rounds")
    ended = glob.glob(f"{case.base}/**/rounds/round_d*r1_end.obarc", recursive=True)
    case.equal(len(ended), 1, "the old round's end")
    case.equal(lab.cli("tenant", "rebuild", "--tenant", "t")[0]["changes"], [], "a second rebuild")
    lab.backup("t", incremental=True)
    newest = sets(lab)[-1]
    case.equal((newest["BACKUP_SET_ID"], newest["BACKUP_TYPE"], newest["PREV_FULL_BACKUP_SET_ID"]), ("2", "I", "1"),
               "an incremental finds its parent")
    case.equal([f for f in lab.cli("doctor", "--tenant", "t") if f["check"] == "catalog" and f["level"] != "ok"], [], "doctor")
    ends_well(case, lab, ledger)


def older(case):
    ledger, lab = ledger_and_lab(case)
    lab.stop_agent()
    shutil.copy(f"{case.base}/catalog.db", f"{case.base}/copy.db")
    lab.start_agent()
    lab.wait_archive("t")
    lab.backup("t", incremental=True)
    lab.cli("archive", "stop", "--tenant", "t")
    lab.wait_archive("t", "STOP")
    lab.cli("archive", "start", "--tenant", "t")
    lab.wait_archive("t")
    lab.backup("t")
    pass_time(lab, "t", 0.5)
    before = sets(lab)
    lab.kill_agent()
    remove_catalog(lab)
    shutil.copy(f"{case.base}/copy.db", f"{case.base}/catalog.db")
    lab.start_agent()
    lab.wait_archive("t")
    wait_until(lambda: sets(lab) == before, 60, "the sets that the copy does not know")
    case.equal([(r["ROUND_ID"], r["STATUS"]) for r in rounds(lab)], [("1", "STOP"), ("2", "STOP"), ("3", "DOING")], "rounds")
    found = [f["text"] for f in lab.cli("doctor", "--tenant", "t") if f["check"] == "catalog"]
    case.contains("\n".join(found), "was older than the media", "doctor")
    case.contains(lab.agent_log(), "the media win", "the log")
    lab.backup("t", incremental=True)
    case.equal([s["BACKUP_SET_ID"] for s in sets(lab)], ["1", "2", "3", "4"], "no id twice")
    ends_well(case, lab, ledger)


if __name__ == "__main__":
    sys.exit(run_cases({"lost": lost, "older": older}))
