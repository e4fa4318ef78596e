"""A catalog that is lost is rebuilt from the media, one that is an old copy is brought forward: under a live writer, and
restores equal its ledger."""
# ctest: timeout=240
# case: lost
# case: older
# case: views
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
    killed = lab.run("tenant", "rebuild", *lab.sources("t"), env={"SEABED_TEST_KILL_AT": "rebuild/READ"})
    case.equal(killed.returncode, -9, "killed between reading and writing")
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


def rows(lab, view, tenant=None, where=""):
    return lab.cli("sql", *(["--tenant", tenant] if tenant else []), f"SELECT * FROM {view}{where}")


def views(case):
    """Every view of the archive and of backups, live and finished, with the rows of two tenants' real jobs; the parent of
    sys and its children."""
    ledgers = []
    for name in ("t", "u"):
        ledgers.append(Ledger(case.build, case.base, name=name, flags=["--cfs", "1", "--memtable-kb", "512"]))
        ledgers[-1].start("--rate", "200", "--seconds", "150")
        case.at_end(ledgers[-1].kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledgers[0].db), Tenant("u", ledgers[1].db)],
                       limits={"lease_ms": 1000})
    case.at_end(lab.stop)
    for name in ("t", "u"):
        lab.start_linker(name)  # the log of the time without an agent
    lab.start_agent(env={"SEABED_TEST_KILL_AT": "backup/PARENT_DOING"})
    lab.protect("t")
    lab.protect("u")
    lab.run("sql", "-e", "ALTER SYSTEM BACKUP DATABASE")  # the agent may be dead before it has answered
    wait_until(lambda: lab.agent.poll() is not None, 60, "the agent's death behind the parent's start")
    lab.agent = None
    jobs = rows(lab, "CDB_OB_BACKUP_JOBS", where=" ORDER BY JOB_ID")
    parent = jobs[0]
    case.equal((parent["TENANT_ID"], parent["BACKUP_SET_ID"], parent["JOB_LEVEL"], parent["EXECUTOR_TENANT_ID"]),
               ("1", "0", "CLUSTER", "1002,1004"), f"the parent: {parent}")
    case.equal({(j["TENANT_ID"], j["INITIATOR_JOB_ID"], j["JOB_LEVEL"]) for j in jobs[1:]},
               {("1002", parent["JOB_ID"], "USER_TENANT"), ("1004", parent["JOB_ID"], "USER_TENANT")}, "its children")
    case.equal([j["JOB_ID"] for j in rows(lab, "DBA_OB_BACKUP_JOBS")], [parent["JOB_ID"]], "sys sees its parent job")
    lab.start_agent(env={"SEABED_TEST_KILL_AT": "backup/BACKUP_DATA_MAJOR"}, wait=False)
    wait_until(lambda: lab.agent.poll() is not None, 60, "the agent's death in the middle of a backup")
    lab.agent = None
    case.equal(any(t["STATUS"] == "BACKUP_DATA_MAJOR" for t in rows(lab, "CDB_OB_BACKUP_TASKS")), True, "a live task")
    mine = [t for t in ("t", "u") if rows(lab, "DBA_OB_BACKUP_TASKS", t)]
    case.equal(mine != [], True, "a tenant's own live task")
    lab.start_agent()
    wait_until(lambda: not rows(lab, "CDB_OB_BACKUP_JOBS"), 90, "the end of all jobs")
    history = rows(lab, "CDB_OB_BACKUP_JOB_HISTORY", where=" ORDER BY JOB_ID")
    case.equal([(j["TENANT_ID"], j["STATUS"]) for j in history], [("1", "COMPLETED"), ("1002", "COMPLETED"), ("1004", "COMPLETED")],
               "history")
    both = ["OB_ARCHIVE_DEST", "OB_ARCHIVELOG", "OB_ARCHIVELOG_SUMMARY", "OB_ARCHIVELOG_PIECE_FILES", "OB_LS_LOG_ARCHIVE_PROGRESS",
            "OB_BACKUP_PARAMETER", "OB_BACKUP_TASK_HISTORY", "OB_BACKUP_SET_FILES", "OB_BACKUP_STORAGE_INFO",
            "OB_BACKUP_STORAGE_INFO_HISTORY"]
    for view in both:
        # The archiver's rows reach the catalog once a second.
        wait_until(lambda v=view: {r["TENANT_ID"] for r in rows(lab, "CDB_" + v)} == {"1002", "1004"}, 30, f"rows of CDB_{view}")
        all_rows = rows(lab, "CDB_" + view)
        for tenant, tenant_id in (("t", "1002"), ("u", "1004")):
            case.equal(len(rows(lab, "DBA_" + view, tenant)), len([r for r in all_rows if r["TENANT_ID"] == tenant_id]),
                       f"DBA_{view} of {tenant}")
    case.equal(len(rows(lab, "DBA_OB_BACKUP_JOB_HISTORY", "t")), 1, "a tenant's own history")
    for tenant in ("t", "u"):
        pass_time(lab, tenant, 0.1)
    wait_until(lambda: all(int(p["CHECKPOINT_SCN"]) > int(p["START_SCN"]) for p in rows(lab, "CDB_OB_ARCHIVELOG_PIECE_FILES")),
               30, "checkpoints in the catalog")
    for view in ("CDB_OB_ARCHIVELOG", "CDB_OB_ARCHIVELOG_SUMMARY"):
        case.equal({r["STATUS"] for r in rows(lab, view)}, {"DOING"}, view)
    piece = rows(lab, "CDB_OB_ARCHIVELOG_PIECE_FILES")[0]
    case.equal((piece["STATUS"], piece["FILE_STATUS"], int(piece["CHECKPOINT_SCN"]) > int(piece["START_SCN"])),
               ("ACTIVE", "AVAILABLE", True), f"a piece: {piece}")
    case.true(int(piece["INPUT_BYTES"]) > 0 and int(piece["OUTPUT_BYTES"]) > 0, f"sizes of a piece that grows: {piece}")
    task = rows(lab, "CDB_OB_BACKUP_TASK_HISTORY")[0]
    case.true(int(task["USER_LS_START_SCN"]) >= int(task["START_SCN"]), f"where the user streams begin: {task}")
    newest = rows(lab, "CDB_OB_BACKUP_SET_FILES")[0]
    case.equal((newest["STATUS"], newest["FILE_STATUS"], int(newest["OUTPUT_BYTES"]) > 0), ("SUCCESS", "AVAILABLE", True),
               f"a set: {newest}")
    events = {(e["MODULE"], e["EVENT"]) for e in rows(lab, "DBA_OB_CLUSTER_EVENT_HISTORY")}
    case.equal({("archive", "set_destination"), ("archive", "round_DOING"), ("backup", "backup_start"), ("backup", "backup_end")}
               - events, set(), "events")
    known = {(p["SCOPE"], p["SECTION"]) for p in rows(lab, "GV$OB_PARAMETERS") if p["NAME"] in
             ("archive_lag_target", "standby_fetch_log_bandwidth_limit")}
    case.equal(known, {("TENANT", "LOG ARCHIVE"), ("CLUSTER", "STANDBY")}, "parameters")


if __name__ == "__main__":
    sys.exit(run_cases({"lost": lost, "older": older, "views": views}))
