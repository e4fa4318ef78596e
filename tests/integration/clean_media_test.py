"""Cleanup on every medium's real server: sets and pieces go, or get their tag; what stays restores and equals the writer's log.
Where the medium has tags the sets are on a destination with delete_mode=tagging, the log on one that deletes."""
# ctest: timeout=400
# case: file
# case: s3
# case: oss
# case: azblob
# case: nfs lock=rpcbind
import os
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../drivers"))
from case import run_cases
from driver_abi import Driver
from installation import Installation, Tenant, wait_until
from ledger_story import compare, pass_time
from medium_test import medium_of, writer

TAGS = ("s3", "oss", "azblob")


class Lab(Installation):
    def data_uri(self, tenant):
        uri = super().data_uri(tenant)
        return uri + "?delete_mode=tagging" if self.medium.scheme in TAGS else uri


def objects(case, lab, uri):
    """{key: tags} as the driver alone sees them."""
    scheme = lab.medium.scheme
    store = Driver(f"{case.build}/drivers/seabed_{scheme}.so").open(uri.split("?")[0], **lab.medium.defaults)
    try:
        keys = [key for key, _ in store.list()]
        return {key: store.tags(key) if scheme in TAGS else {} for key in keys}
    finally:
        store.close()


def history(case, lab):
    """Full, incremental, full, incremental; the writer dead and its log archived to the end."""
    sets = []
    for incremental in (False, True, False, True):
        pass_time(lab, "t", 0.7)
        sets.append(lab.backup("t", incremental=incremental))
    pass_time(lab, "t", 0.5)
    return [s["backup_set_id"] for s in sets], sets[2]["min_restore_scn"]


def story(case, medium):
    ledger = writer(case)
    lab = Lab(case.build, case.base, [Tenant("t", ledger.db)], medium=medium, env={"SEABED_TEST_MIN_PIECE_SECONDS": "1"})
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t", piece_switch="2s", lag="0" if medium.append else "400ms")
    sets, oldest = history(case, lab)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    lab.cli("clean", "policy-add", "--tenant", "t", "--window", "1s")

    def clean_point():
        dry = lab.cli("clean", "run", "--tenant", "t", "--dry-run")
        return dry if dry["clean_point_set"] == sets[2] else None
    dry = wait_until(clean_point, 30, "the second full set behind the window")
    gone_pieces = [i["id"] for i in dry["items"] if i["kind"] == "piece" and i["action"] == "delete"]
    case.equal([i["id"] for i in dry["items"] if i["kind"] == "set" and i["action"] == "delete"], sets[:2], "to go")
    case.true(gone_pieces, f"no piece goes: {dry}")
    job = lab.cli("clean", "run", "--tenant", "t", "--wait")
    case.equal((job["status"], job["success_task_count"] >= 2 + len(gone_pieces)), ("COMPLETED", True), job)
    lab.stop()  # the archive stands still
    check_media(case, lab, sets, gone_pieces)
    check_views(case, lab, sets)
    report = lab.cli("verify", *lab.sources("t"))
    case.equal([f for f in report["findings"] if f["error"]], [], "verify")
    compare(case, lab, ledger, "t", "oldest", "--until-scn", oldest)
    compare(case, lab, ledger, "t", "latest")


def check_media(case, lab, sets, gone_pieces):
    data, archive = objects(case, lab, lab.data_uri("t")), objects(case, lab, lab.archive_uri("t"))
    of_old = {k: t for k, t in data.items() if k.startswith((f"backup_set_{sets[0]}_", f"backup_set_{sets[1]}_",
                                                             f"backup_sets/backup_set_{sets[0]}_",
                                                             f"backup_sets/backup_set_{sets[1]}_"))}
    if lab.medium.scheme in TAGS:
        case.true(len(of_old) > 20, f"tagged objects stay: {len(of_old)}")
        case.equal([k for k, t in of_old.items() if t.get("delete_mode") != "tagging"], [], "without the tag")
        others = {k: t for k, t in data.items() if k not in of_old and not k.startswith(("check_file/", "readers/"))}
        case.equal([k for k, t in others.items() if t], [], "tagged though it stays")
    else:
        case.equal(sorted(of_old), [], "objects of deleted sets")
    case.true(all(f"tombstones/backup_set_{n}_{t}.obbak" in data for n, t in zip(sets, ("full", "inc"))), "tombstones")
    for piece in gone_pieces:
        left = [k for k in archive if f"p{piece}/" in k.split("logstream")[0] and k.startswith("piece_")]
        case.equal(left, [], f"objects of piece {piece}")
        case.true(any(k.endswith(f"p{piece}.obarc") for k in archive if k.startswith("tombstones/")), f"tombstone of {piece}")


def check_views(case, lab, sets):
    rows = lab.cli("sql", "SELECT BACKUP_SET_ID, FILE_STATUS FROM CDB_OB_BACKUP_SET_FILES ORDER BY BACKUP_SET_ID")
    status = {int(r["BACKUP_SET_ID"]): r["FILE_STATUS"] for r in rows}
    case.equal([status[s] for s in sets], ["DELETED", "DELETED", "AVAILABLE", "AVAILABLE"], "set files")
    jobs = lab.cli("sql", "SELECT STATUS, TYPE FROM CDB_OB_BACKUP_DELETE_JOB_HISTORY")
    case.true({"STATUS": "COMPLETED", "TYPE": "DELETE OBSOLETE BACKUP"} in jobs, jobs)
    tasks = lab.cli("sql", "SELECT STATUS, TASK_TYPE, DELETE_FILES_COUNT, TOTAL_FILES_COUNT FROM "
                           "CDB_OB_BACKUP_DELETE_TASK_HISTORY")
    case.true(len(tasks) > 2 and all(t["STATUS"] == "COMPLETED" for t in tasks), tasks)


if __name__ == "__main__":
    sys.exit(run_cases({name: lambda case, name=name: story(case, medium_of(case, name))
                        for name in ("file", "s3", "oss", "azblob", "nfs")}))
