"""Table restores that do not run through: killed at every persisted state and resumed, cancelled, with tables that cannot come; and
one into another cluster."""
# ctest: timeout=300
# case: cancel
# case: comparators
# case: resumed-directory
# case: other-cluster
import fcntl
import json
import os
import subprocess
import sys

from case import run_cases
from installation import Installation, Tenant, wait_until
from table_test import Story, closed_database, families, rows, table


def tree(path):
    return sorted((os.path.join(root, name), os.path.getsize(os.path.join(root, name)))
                  for root, _, names in os.walk(path) for name in names)


def comparators(case):
    """Families with comparators of the application fail, the others come; into a directory and into a tenant."""
    other = f"{case.base}/other.db"
    closed_database(other)
    story = Story(case, [Tenant("u", other)], flags=["--comparator", "custom", "--cfs", "5"])
    story.stop_writer()
    wanted = {"default": "SUCCESS", "cf1": "FAILED", "cf2": "FAILED", "cf3": "FAILED", "cf4": "SUCCESS"}
    answer = story.refused("--table", "*.*", "--to-directory", f"{case.base}/out")
    tables = json.loads(answer.stdout)["tables"]
    case.equal({t["source"].split(".")[-1]: t["result"] for t in tables}, wanted, f"tables: {answer}")
    case.contains(next(t for t in tables if t["source"] == table("cf1"))["comment"], "only the application has it", "the reason")
    case.true(len(rows(f"{case.base}/out/ledger.db", "cf4")) > 0, "rows of cf4")
    story.lab.stop_agent()
    args = ["table", "recover", *story.lab.sources("t"), "--table", table("cf1"), "--table", table("cf4"), "--remap-table",
            "`ledger.db`.*:`other.db`.*", "--to-tenant", "u"]
    case.equal(story.lab.run(*args, env={"SEABED_TEST_KILL_AT": "table/extracted"}).returncode, -9, "not killed")
    story.lab.start_agent()
    job = wait_until(lambda: (j := story.lab.cli("table", "status", "--tenant", "u")[0]) and
                     j["status"] in ("COMPLETED", "FAILED") and j, 60, "the job")
    case.equal([job["status"], job["finished_tables"], job["failed_tables"]], ["COMPLETED", 1, 1], f"the job: {job}")
    case.contains(next(t for t in job["tables"] if t["source"] == table("cf1"))["comment"], "only the application", "its reason")
    case.equal(families(other), ["cf4", "default"], "families at the target")


def resumed_directory(case):
    """Killed when rows are taken out, and when they lie in their place: the same words go on, and the medium is not read for them
    again. Other words, and a run that is alive, leave all as it is."""
    story = Story(case)
    story.stop_writer()
    words = ["--table", table("cf1"), "--table", table("default"), "--until-scn", story.lab.archive_status("t")["checkpoint_scn"]]
    for way, state in (("--to-directory", "table/extracted"), ("--to-directory", "table/placed"), ("--to-sst", "table/placed"),
                       ("--to-sst", "table/extracted")):
        out = f"{case.base}/{way[5:]}-{state[6:]}"
        run = story.lab.run("table", "recover", *story.lab.sources("t"), *words, way, out, env={"SEABED_TEST_KILL_AT": state})
        case.equal(run.returncode, -9, f"not killed at {state}: {run.stdout}{run.stderr}")
        before = tree(out)
        other = story.refused("--table", table("cf2"), way, out)
        case.contains(other.stderr, "unfinished table restore of other words", "other words")
        lock = os.open(out, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        case.contains(story.refused(*words, way, out).stderr, "is being filled by another run", "a run that is alive")
        os.close(lock)
        case.equal(tree(out), before, "what a refused run left")
        answer = story.recover(*words, way, out)
        case.equal([t["result"] for t in answer["tables"]], ["SUCCESS"] * 2, f"after a kill at {state}: {answer}")
        case.equal(answer["medium_bytes_restore"], 0, "the auxiliary tenant was whole")
        case.true(answer["medium_bytes_tables"] < answer["tables"][0]["bytes"] / 4, f"rows were read again: {answer}")
        if way == "--to-directory":
            for name in ("cf1", "default"):
                case.equal(rows(f"{out}/ledger.db", name), rows(story.ledger.db, name), f"rows of {name} after a kill at {state}")
        else:
            case.equal(sorted(os.listdir(f"{out}/ledger.db")), ["cf1", "default"], "files")
        left = sorted(name for name in os.listdir(out) if name not in ("ledger.db", "seabed_tables.json"))
        case.equal(left, [], "left beside the tables")


def other_cluster(case):
    """From one installation's backup into a tenant of another."""
    story = Story(case)
    story.stop_writer()
    closed_database(f"{case.base}/o.db")
    other = Installation(case.build, f"{case.base}/other", [Tenant("o", f"{case.base}/o.db")], cluster_id=2,
                         medium=story.lab.medium)
    case.at_end(other.stop)
    args = ["table", "recover", *story.lab.sources("t"), "--table", table("cf1"), "--table", table("cf2"), "--remap-table",
            "`ledger.db`.*:`o.db`.*", "--to-tenant", "o", "--until-scn", story.lab.archive_status("t")["checkpoint_scn"]]
    job = other.cli(*args)
    case.equal([job["status"], job["result"], job["finished_tables"]], ["COMPLETED", "SUCCESS", 2], f"the job: {job}")
    for name in ("cf1", "cf2"):
        case.equal(rows(f"{case.base}/o.db", name), rows(story.ledger.db, name), f"rows of {name}")
    case.equal(os.listdir(f"{case.base}/other/state/table"), [], "the auxiliary tenant is gone")


STATES = ["table/PREPARE", "table/RECOVERING", "table/user/RESTORE_AUX_TENANT", "table/user/ACTIVE_AUX_TENANT",
          "table/user/PRECHECK_IMPORT", "table/user/GEN_IMPORT_JOB", "table/import/INIT", "table/user/IMPORTING",
          "table/import/IMPORT_TABLE", "table/task/DOING", "table/extracted", "table/begun", "table/ingested", "table/task/FINISH",
          "table/import/RECONSTRUCT_REF_CONSTRAINT", "table/import/IMPORT_FINISH", "table/user/COMPLETED",
          "table/aux-dropped", "table/COMPLETED"]


def cancel(case):
    """CANCEL of a job that its killed process left, and of none; then a job goes on after a kill at each state. Into another
    tenant, whose closed database ldb made."""
    other = f"{case.base}/other.db"
    closed_database(other)
    story = Story(case, [Tenant("u", other)])
    story.stop_writer()

    def recover(name, state):
        return story.lab.run("table", "recover", *story.lab.sources("t"), "--table", table("cf1"), "--remap-table",
                             f"{table('cf1')}:`other.db`.{name}", "--to-tenant", "u", env={"SEABED_TEST_KILL_AT": state})

    case.contains(story.lab.refused("table", "cancel", "--tenant", "u").stderr, "no table restore", "nothing to cancel")
    story.lab.stop_agent()
    for state in ("restore/RESTORE_WAIT_LS", "table/user/IMPORTING", "table/task/DOING", "table/begun", "table/ingested"):
        case.equal(recover("gone", state).returncode, -9, f"not killed at {state}")
        story.lab.cli("table", "cancel", "--tenant", "u")
        job = story.lab.cli("table", "status", "--tenant", "u")[0]
        case.equal([job["status"], job["comment"]], ["FAILED", "canceled"], "the cancelled job")
        case.equal(os.listdir(f"{case.base}/state/table"), [], "the auxiliary tenant is gone")
        case.equal(families(other), ["default"], f"families left after a kill at {state} and the cancel")
    open_rows = story.lab.cli("sql", "SELECT STATUS, RESTORE_TENANT_NAME FROM CDB_OB_RESTORE_PROGRESS")
    case.equal(open_rows, [], "rows of the auxiliary tenants' restores that are not over")
    ended = story.lab.cli("sql", "SELECT COMMENT FROM CDB_OB_RESTORE_HISTORY WHERE RESTORE_TENANT_NAME LIKE 'AUX_RECOVER%'")
    case.true({"COMMENT": "dropped with its table restore"} in ended, f"the row of the restore that was cut off: {ended}")
    wanted = rows(story.ledger.db, "cf1")
    last = job["job_id"]
    for state in ("table/task/DOING", "table/begun"):  # meanwhile somebody makes a family of that name
        name = state[-5:]
        case.equal(recover(name, state).returncode, -9, f"not killed at {state}")
        subprocess.run(["ldb", f"--db={other}", "create_column_family", name], check=True, capture_output=True, timeout=60)
        subprocess.run(["ldb", f"--db={other}", f"--column_family={name}", "put", "its", "own"], check=True, capture_output=True,
                       timeout=60)
        kept = rows(other, name)
        story.lab.start_agent()
        job = wait_until(lambda: (j := story.lab.cli("table", "status", "--tenant", "u")[0]) and
                         j["status"] in ("COMPLETED", "FAILED") and j, 60, f"the job after a kill at {state}")
        case.true(job["job_id"] > last, f"no job was made before the kill at {state}")
        last = job["job_id"]
        case.contains(job["tables"][0]["comment"], "exists at the target", "somebody else's family")
        story.lab.stop_agent()
        case.equal(rows(other, name), kept, "somebody else's rows")
    # As after a kill between making the family and filling it.
    case.equal(recover("made", "table/begun").returncode, -9, "not killed")
    subprocess.run(["ldb", f"--db={other}", "create_column_family", "made"], check=True, capture_output=True, timeout=60)
    story.lab.cli("table", "cancel", "--tenant", "u")
    case.true("made" not in families(other), "an empty family is left")
    case.equal(recover("made", "table/begun").returncode, -9, "not killed")
    subprocess.run(["ldb", f"--db={other}", "create_column_family", "made"], check=True, capture_output=True, timeout=60)
    story.lab.start_agent()
    job = wait_until(lambda: (j := story.lab.cli("table", "status", "--tenant", "u")[0]) and
                     j["status"] in ("COMPLETED", "FAILED") and j, 60, "the job with an empty family")
    case.equal([job["status"], job["result"]], ["COMPLETED", "SUCCESS"], f"with an empty family: {job}")
    story.lab.stop_agent()
    case.equal(rows(other, "made"), wanted, "rows in a family that was made before")
    last = job["job_id"]
    for number, state in enumerate(STATES):
        name = f"k{number}"
        run = recover(name, state)
        case.equal(run.returncode, -9, f"not killed at {state}: {run.stdout}{run.stderr}")
        story.lab.start_agent()
        job = wait_until(lambda: (j := story.lab.cli("table", "status", "--tenant", "u")[0]) and
                         j["status"] in ("COMPLETED", "FAILED") and j, 60, f"the job after a kill at {state}")
        case.true(job["job_id"] > last, f"no job was made before the kill at {state}")
        last = job["job_id"]
        case.equal([job["status"], job["result"]], ["COMPLETED", "SUCCESS"], f"after a kill at {state}: {job}")
        story.lab.stop_agent()
        case.equal(rows(other, name), wanted, f"rows after a kill at {state}")


if __name__ == "__main__":
    sys.exit(run_cases({"cancel": cancel, "comparators": comparators, "resumed-directory": resumed_directory,
                        "other-cluster": other_cluster}))
