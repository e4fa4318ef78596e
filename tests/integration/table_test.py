"""Table restore: column families out of a live ledger's backup, compared with a full restore that the oracle judges, into
directories, SST files, a running application and a stopped tenant; what is refused."""
# ctest: timeout=300
# case: directory
# case: sst-import
# case: running
# case: offline
# case: refused
# case: figure
# case: statement
# case: password
import glob
import json
import os
import subprocess
import sys
import time

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import bounds, pass_time

FAMILIES = ["default", "cf1", "cf2", "cf3"]


class Story:
    """A ledger in four column families, its backup, and log behind it; the writer is stopped at the end."""

    def __init__(self, case, others=(), flags=("--cfs", "4")):
        self.case = case
        self.ledger = Ledger(case.build, case.base, flags=[*flags, "--memtable-kb", "128"])
        self.ledger.start("--rate", "1500", "--seconds", "240")
        self.lab = Installation(case.build, case.base, [Tenant("t", self.ledger.db), *others],
                                limits={"bridge_min_interval_ms": 500})
        case.at_end(self.lab.stop)
        case.at_end(self.ledger.kill)
        self.lab.start_linker("t")
        self.lab.start_agent()
        self.lab.protect("t")
        pass_time(self.lab, "t", 1)
        self.lab.backup("t")
        pass_time(self.lab, "t", 1)

    def stop_writer(self):
        self.ledger.stop()
        self.lab.wait_checkpoint("t", time.time_ns())

    def recover(self, *args, **kwargs):
        return self.lab.cli("table", "recover", *self.lab.sources("t"), *args, **kwargs)

    def refused(self, *args, **kwargs):
        return self.lab.refused("table", "recover", *self.lab.sources("t"), *args, **kwargs)


def table(name):
    return f"`ledger.db`.{name}"


def closed_database(path):
    subprocess.run(["ldb", f"--db={path}", "--create_if_missing", "put", "a", "b"], check=True, capture_output=True, timeout=60)


def families(db):
    run = subprocess.run(["ldb", f"--db={db}", "list_column_families"], check=True, capture_output=True, text=True, timeout=60)
    return sorted(run.stdout[run.stdout.index("{") + 1:run.stdout.index("}")].split(", "))


def rows(db, family):
    run = subprocess.run(["ldb", f"--db={db}", f"--column_family={family}", "scan", "--hex"], capture_output=True, text=True,
                         timeout=120)
    if run.returncode != 0:
        raise AssertionError(f"ldb {db} {family}: {run.stdout[-500:]}{run.stderr[-500:]}")
    return [line for line in run.stdout.splitlines() if line.startswith("0x")]


def directory(case):
    story = Story(case)
    middle = story.lab.archive_status("t")["checkpoint_scn"]
    pass_time(story.lab, "t", 0.5)
    story.stop_writer()
    preview = story.recover("--table", table("cf1"), "--until-scn", middle, "--dry-run")
    case.true(preview["preview"] and preview["data_bytes"] > 0 and preview["backup_sets"], f"preview {preview}")
    everything = story.recover("--table", "*.*", "--until-scn", middle, "--to-directory", f"{case.base}/all")
    case.equal([t["result"] for t in everything["tables"]], ["SUCCESS"] * 4, "tables")
    status, verdict = story.ledger.check(f"{case.base}/all/ledger.db", *bounds({"scn_hi": middle, "next_scn_lo": 0}, middle))
    case.equal(status, 0, f"all tables against the oracle: {verdict}")
    one = story.recover("--table", table("cf1"), "--until-scn", middle, "--remap-table", f"{table('cf1')}:other.kept",
                        "--to-directory", f"{case.base}/one")
    case.equal(rows(f"{case.base}/one/other", "kept"), rows(f"{case.base}/all/ledger.db", "cf1"), "rows of cf1")
    case.equal(one["tables"][0]["rows"], len(rows(f"{case.base}/all/ledger.db", "cf1")), "rows told")
    case.true(0 < one["medium_bytes_tables"] < everything["medium_bytes_tables"] * 0.6,
              f"bytes read for one table: {one['medium_bytes_tables']} of {everything['medium_bytes_tables']}")
    case.equal([p for p in os.listdir(f"{case.base}/one") if p.startswith("AUX")], [], "the auxiliary tenant is gone")


def sst_import(case):
    """Into an application that has its database open."""
    story = Story(case)
    story.stop_writer()
    out = f"{case.base}/sst"
    answer = story.recover("--table", table("cf2"), "--to-sst", out)
    target = answer["target_scn"]
    parts = f"{out}/ledger.db/cf2"
    case.true(glob.glob(f"{parts}/*.sst") and os.path.exists(f"{parts}/COMPARATOR"), "files")
    run = subprocess.run([f"{case.build}/bin/import_table", f"{case.base}/app.db", parts, "items"], capture_output=True, text=True,
                         timeout=60)
    case.equal(run.returncode, 0, run.stderr)
    case.equal(json.loads(run.stdout)["rows"], answer["tables"][0]["rows"], "rows imported")
    again = subprocess.run([f"{case.build}/bin/import_table", f"{case.base}/app.db", parts, "items"], capture_output=True, text=True,
                           timeout=60)
    case.true(again.returncode != 0 and "exists" in again.stderr, f"an existing table was not refused: {again.stderr}")
    story.recover("--table", "*.*", "--until-scn", target, "--to-directory", f"{case.base}/all")
    case.equal(rows(f"{case.base}/app.db", "items"), rows(f"{case.base}/all/ledger.db", "cf2"), "rows")


def running(case):
    """Into an attached application that runs: the archive sees a change past the log, an incremental bridges it, and the next
    restore of that tenant has the table and what was written behind it."""
    app, out = f"{case.base}/app.db", f"{case.base}/sst"
    program = subprocess.Popen([f"{case.build}/bin/import_table", app, f"{out}/ledger.db/cf2", "items", "--steps"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    case.at_end(lambda: (program.kill(), program.wait()))
    wait_until(lambda: os.path.exists(f"{app}/CURRENT"), 30, "the application")
    story = Story(case, [Tenant("u", app)])
    story.stop_writer()
    story.lab.start_linker("u")
    story.lab.protect("u")
    story.lab.backup("u")
    sets = len(story.lab.cli("backup", "list", "--tenant", "u"))
    answer = story.recover("--table", table("cf2"), "--to-sst", out)
    program.stdin.write("import\n")
    program.stdin.flush()
    case.equal(json.loads(program.stdout.readline())["rows"], answer["tables"][0]["rows"], "rows imported")
    wait_until(lambda: len(s := story.lab.cli("backup", "list", "--tenant", "u")) > sets and
               all(x["status"] == "SUCCESS" for x in s), 90, "the bridging incremental")
    pass_time(story.lab, "u", 0.1)
    case.equal(program.poll(), None, "the application still runs")
    story.lab.restore("u", f"{case.base}/next")
    program.communicate("end\n", timeout=30)
    case.equal(rows(f"{case.base}/next/app.db", "items"), rows(app, "items"), "the next restore has the table")
    case.equal(len(rows(app, "items")), answer["tables"][0]["rows"], "the application has it")
    case.equal(rows(f"{case.base}/next/app.db", "default"), rows(app, "default"), "and what was written behind it")


def offline(case):
    """Into the stopped source tenant under another name; the import is bridged, and the next restore has the table."""
    story = Story(case)
    busy = story.refused("--table", table("cf1"), "--remap-table", f"{table('cf1')}:{table('copy')}", "--to-tenant", "t")
    case.contains(busy.stderr, "is open in process", "a running target")
    story.stop_writer()
    sets = len(story.lab.cli("backup", "list", "--tenant", "t"))
    target = story.lab.archive_status("t")["checkpoint_scn"]
    answer = story.refused("--table", table("cf1"), "--table", table("cf3"), "--table", table("nothing"), "--until-scn", target,
                           "--remap-table", f"{table('cf1')}:{table('copy')}", "--to-tenant", "t")
    job = json.loads(answer.stdout)
    by_source = {t["source"]: t for t in job["tables"]}
    case.equal(by_source[table("cf1")]["result"], "SUCCESS", f"the good table: {job}")
    case.contains(by_source[table("cf3")]["comment"], "exists at the target", "no overwrite")
    case.contains(by_source[table("nothing")]["comment"], "did not exist", "an unknown table")
    case.equal([job["finished_tables"], job["failed_tables"], job["total_tables"]], [1, 2, 3], "counters")
    case.equal(job["status"], "COMPLETED", "one table was imported")
    case.equal(rows(story.ledger.db, "copy"), rows(story.ledger.db, "cf1"), "rows at the target")
    history = story.lab.cli("sql", "SELECT STATUS, RESULT, TARGET_TENANT_NAME FROM CDB_OB_RECOVER_TABLE_JOB_HISTORY")
    case.equal(len(history), 2 + 2, f"the sys and the tenant's rows of both jobs: {history}")
    case.equal(os.listdir(f"{case.base}/state/table"), [], "the auxiliary tenant is gone")
    wait_until(lambda: len(s := story.lab.cli("backup", "list", "--tenant", "t")) > sets and
               all(x["status"] == "SUCCESS" for x in s), 90, "the bridging incremental")
    pass_time(story.lab, "t", 0.1)
    story.lab.restore("t", f"{case.base}/next")
    case.equal(rows(f"{case.base}/next/ledger.db", "copy"), rows(story.ledger.db, "cf1"), "the next restore has the table")


def refused(case):
    story = Story(case)
    story.stop_writer()
    out = f"{case.base}/out"
    case.contains(story.refused("--table", table("nothing"), "--to-directory", out).stderr, "did not exist", "unknown table")
    os.makedirs(f"{case.base}/full/x")
    case.contains(story.refused("--table", "*.*", "--to-directory", f"{case.base}/full").stderr, "not empty", "used directory")
    case.contains(story.refused("--table", "*.t", "--to-directory", f"{case.base}/new").stderr, "no name of a table", "bad name")
    case.contains(story.refused("--table", "a.b", "--to-tenant", "nobody").stderr, "not known", "unknown tenant")
    case.contains(story.refused("--table", "*.*", "--until-scn", "5", "--to-directory", f"{case.base}/new").stderr, "5", "window")
    case.true(not os.path.exists(f"{case.base}/new"), "a refused restore left something")
    # Of another mode.
    other = Installation(case.build, f"{case.base}/other", [Tenant("o", f"{case.base}/o.db", mode="oracle")], cluster_id=2,
                         medium=story.lab.medium)
    error = other.refused("table", "recover", *story.lab.sources("t"), "--table", table("cf1"), "--to-tenant", "o")
    case.contains(error.stderr, "mode", "another mode")
    # An auxiliary tenant that a crash left.
    left = f"{case.base}/state/table/AUX_RECOVER$1/x"
    os.makedirs(left)
    story.lab.kill_agent()
    story.lab.start_agent()
    wait_until(lambda: not os.path.exists(left), 30, "the left auxiliary tenant to be dropped")


def statement(case):
    """The same through ALTER SYSTEM RECOVER TABLE, into another tenant, beside a running agent; its views."""
    other = f"{case.base}/other.db"
    closed_database(other)
    story = Story(case, [Tenant("u", other)])
    story.stop_writer()
    target = story.lab.archive_status("t")["checkpoint_scn"]
    story.lab.cli("sql", "-e", f"ALTER SYSTEM RECOVER TABLE {table('cf1')}, {table('cf2')} TO TENANT u FROM "
                               f"'{story.lab.data_uri('t')},{story.lab.archive_uri('t')}' UNTIL SCN = {target} WITH 'concurrency=3' "
                               f"REMAP TABLE {table('cf1')}:`other.db`.one, {table('cf2')}:`other.db`.two DESCRIPTION = 'two of them'")
    job = wait_until(lambda: (j := story.lab.cli("table", "status", "--tenant", "u")[0]) and
                     j["status"] in ("COMPLETED", "FAILED") and j, 60, "the job")
    case.equal([job["status"], job["result"], job["finished_tables"]], ["COMPLETED", "SUCCESS", 2], f"the job: {job}")
    case.equal(rows(other, "one"), rows(story.ledger.db, "cf1"), "rows of cf1")
    case.equal(rows(other, "two"), rows(story.ledger.db, "cf2"), "rows of cf2")
    views = story.lab.cli("sql", "SELECT TENANT_ID, STATUS, RESTORE_SCN, DESCRIPTION, RESTORE_OPTION FROM "
                                 "CDB_OB_RECOVER_TABLE_JOB_HISTORY ORDER BY TENANT_ID")
    case.equal([(v["TENANT_ID"], v["STATUS"], v["DESCRIPTION"], v["RESTORE_OPTION"]) for v in views],
               [("1", "COMPLETED", "two of them", "concurrency=3"), ("1004", "COMPLETED", "two of them", "concurrency=3")], "views")
    case.equal({v["RESTORE_SCN"] for v in views}, {str(target)}, "restore scn")
    imports = story.lab.cli("sql", "SELECT TOTAL_TABLE_COUNT, FINISHED_TABLE_COUNT, FAILED_TABLE_COUNT, RESULT FROM "
                                   "CDB_OB_IMPORT_TABLE_JOB_HISTORY")
    case.equal([list(i.values()) for i in imports], [["2", "2", "0", "SUCCESS"]], "the import job")
    kept_auxiliary(case, story, target)
    gone = story.lab.refused("sql", "-e", "ALTER SYSTEM CANCEL RECOVER TABLE u")
    case.contains(gone.stderr, "no table restore", "nothing to cancel")


def kept_auxiliary(case, story, target):
    """_auto_drop_recovering_auxiliary_tenant = False: it stays to be looked at, after its job and after the agent's restart."""
    set_drop = "ALTER SYSTEM SET _auto_drop_recovering_auxiliary_tenant = '{}'"
    case.equal(os.listdir(f"{case.base}/state/table"), [], "the auxiliary tenant is gone")
    story.lab.cli("sql", "-e", set_drop.format("False"))
    story.recover("--table", table("cf1"), "--remap-table", f"{table('cf1')}:`other.db`.three", "--until-scn", target,
                  "--to-tenant", "u")
    left = os.listdir(f"{case.base}/state/table")
    case.equal(len(left), 1, "the auxiliary tenant is kept")
    case.contains(story.lab.cli("table", "status", "--tenant", "u")[0]["comment"], left[0], "the job says so")
    story.lab.stop_agent()
    story.lab.start_agent()
    count = story.lab.cli("tenant", "count", "--directory", f"{case.base}/state/table/{left[0]}", "--family", "cf1")
    case.equal(count["rows"], len(rows(story.ledger.db, "cf1")), "it is a standby to look at")
    story.lab.cli("sql", "-e", set_drop.format("True"))
    story.lab.stop_agent()
    story.lab.start_agent()
    wait_until(lambda: not os.listdir(f"{case.base}/state/table"), 30, "the kept auxiliary tenant to be dropped")


def password(case):
    """From a set that a password opens; the worker that reads it is not given the password, and nothing shows it."""
    story = Story(case)
    for name, words in (("right", "correct horse"), ("wrong", "battery")):
        with open(f"{case.base}/{name}", "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(words + "\n")
    story.lab.cli("backup", "start", "--tenant", "t", "--wait", "--password-file", f"{case.base}/right")
    pass_time(story.lab, "t", 0.3)
    story.stop_writer()
    target = story.lab.archive_status("t")["checkpoint_scn"]
    args = ["--table", table("cf1"), "--until-scn", target, "--to-directory", f"{case.base}/out"]
    for more in ([], ["--password-file", f"{case.base}/wrong"]):
        error = story.refused(*args, *more)
        case.true("password" in error.stderr or "key" in error.stderr, f"without the password: {error}")
        case.true(not os.path.exists(f"{case.base}/out"), "a refused restore left something")
    story.recover(*args, "--password-file", f"{case.base}/right")
    case.equal(rows(f"{case.base}/out/ledger.db", "cf1"), rows(story.ledger.db, "cf1"), "rows")


def figure(case):
    """Bytes read for a table of 2 % of a small tenant. The bound is generous: what every restore reads of metadata weighs here,
    tools/bench table measures at a gigabyte."""
    from bench_table import fill, recover_one
    fill(f"{case.base}/many.db", 96, families=50)
    lab = Installation(case.build, case.base, [Tenant("t", f"{case.base}/many.db")])
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    lab.backup("t")
    pass_time(lab, "t", 0.1)
    answer = recover_one(lab, "t", f"{case.base}/sst")
    part = answer["medium_bytes"] / answer["data_bytes"]
    case.true(part < 0.1, f"{part:.1%} of the tenant was read for a table of 2 %: {answer}")
    sys.stdout.write(f"read {part:.2%} of {answer['data_bytes']} bytes\n")


if __name__ == "__main__":
    sys.exit(run_cases({"directory": directory, "sst-import": sst_import, "running": running, "offline": offline, "refused": refused,
                        "figure": figure, "statement": statement, "password": password}))
