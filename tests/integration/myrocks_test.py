"""MariaDB with MyRocks archived from outside under load; a second server on what was restored, compared in SQL."""
# ctest: timeout=600 labels=myrocks
# case: mid-load
# case: binlog
# case: crashed
# case: quiesced
# case: create-index
# case: bulk-load
# case: sysbench
# case: quick-mount
# case: standby
import os
import signal
import sys
import time

from case import Skip, run_cases
from installation import CliError, Installation, wait_until
from ledger_story import LATE_FLUSH, bounds
from mariadb_lab import Bank, tool, wait_commits
from served_lab import can_mount


class Story:
    """A bank server, Seabed attached to it and archiving."""

    def __init__(self, case, binlog=False):
        self.case = case
        self.bank = Bank(case.base, binlog).start()
        case.at_end(self.bank.stop)
        self.lab = Installation(case.build, case.base, [self.bank.tenant("m")], limits={"bridge_min_interval_ms": 500})
        case.at_end(self.lab.stop)

    def begin(self):
        self.bank.start_load()
        self.lab.start_linker("m")
        self.lab.start_agent()
        self.lab.protect("m")
        wait_commits(self.bank, 100)
        return self.lab.backup("m")

    def restore(self, name, *until, options=()):
        directory = f"{self.case.base}/restored-{name}"
        outcome = self.lab.restore("m", directory, *until)
        server = self.bank.restored_server(f"server-{name}", directory, *options)
        self.case.at_end(server.kill)
        return outcome, server

    def compare(self, name, moment, options=()):
        outcome, server = self.restore(name, "--until-scn", moment, options=options)
        stream = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
        status, verdict = self.bank.check(server, *bounds(stream, moment, slack=LATE_FLUSH))
        self.case.equal(status, 0, f"restore '{name}': {verdict}")
        server.kill()
        return outcome


def mid_load(case, binlog=False):
    story = Story(case, binlog)
    story.begin()
    wait_commits(story.bank, 300)
    moment = time.time_ns()
    wait_commits(story.bank, 300)
    story.lab.backup("m", incremental=True)
    wait_commits(story.bank, 100)
    later = time.time_ns()
    story.lab.wait_checkpoint("m", later)
    story.bank.stop()
    options = ["--tc-heuristic-recover=COMMIT"] if binlog else []
    if binlog:
        heuristic_recovery(case, story, moment)
        return
    outcome = story.compare("moment", moment)
    case.true(any("InnoDB" in line or "account" in line for line in outcome["not_restored"]),
              f"what was not restored is not named: {outcome['not_restored']}")
    story.compare("later", later, options)


def heuristic_recovery(case, story, moment):
    """With the binary log on, acknowledged transactions can still be only prepared in the log: MariaDB's own way out is
    one start with --tc-heuristic-recover=COMMIT, which commits them and ends."""
    from mariadb_server import MariaDb, ServerError
    directory = f"{case.base}/restored-binlog"
    outcome = story.lab.restore("m", directory, "--until-scn", moment)
    stream = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
    server = MariaDb(f"{case.base}/server-binlog")
    server.assemble(f"{directory}/{os.path.basename(story.bank.server.rocksdb)}", directory)
    try:
        server.start(extra=["--tc-heuristic-recover=COMMIT"])
        server.stop()
    except ServerError:
        pass  # it ends by itself after the recovery
    server.start()
    case.at_end(server.kill)
    status, verdict = story.bank.check(server, *bounds(stream, moment, slack=LATE_FLUSH))
    case.equal(status, 0, f"restore with the binary log: {verdict}")


def crashed(case):
    """The server dies with transactions prepared and commits them after its restart, by its binary log. RocksDB 6 forgets
    the oldest log that it needs when it is reopened: a round and a base from then on need the log of before all the same."""
    story = Story(case, binlog=True)
    story.begin()
    for _ in range(2):
        wait_commits(story.bank, 150)
        story.bank.stop_load()
        story.bank.server.kill()  # what was acknowledged last is only prepared in the log
        story.bank.server.start(binlog=True)
        story.lab.cli("archive", "stop", "--tenant", "m")
        story.lab.wait_archive("m", "STOP")
        story.lab.cli("archive", "start", "--tenant", "m")
        story.lab.wait_archive("m")
        story.lab.backup("m")
        story.bank.start_load()
        wait_commits(story.bank, 150)
    moment = time.time_ns()
    wait_commits(story.bank, 100)
    story.lab.wait_checkpoint("m", moment)
    case.equal(story.lab.archive_status("m")["status"], "DOING", "a crash is no gap")
    story.bank.stop()
    heuristic_recovery(case, story, moment)


def quiesced(case):
    story = Story(case)
    server = story.bank.server
    with open(f"{server.data}.seabed-client.cnf", "w", encoding="utf-8",
              opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(f"[client]\nsocket = {server.socket}\n")
    story.begin()
    wait_commits(story.bank, 300)
    story.bank.stop_load()
    sums = f"{case.base}/sums"
    case.equal(tool("table_checksums.py", "save", "--socket", story.bank.server.socket, sums)[0], 0, "checksums")
    moment = time.time_ns() + 2 * 10**9  # manual_wal_flush lags by up to a second (rocksdb_flush_log_at_trx_commit)
    story.lab.wait_checkpoint("m", moment, 60)
    outcome, server = story.restore("quiesced", "--until-scn", moment)
    case.equal(outcome["variables"].get("rocksdb_flush_log_at_trx_commit"), "1", "SHOW GLOBAL VARIABLES in the report")
    case.true(outcome["variables"].get("version", "").startswith("1"), "the server's version in the report")
    status, verdict = tool("table_checksums.py", "compare", "--socket", server.socket, sums)
    case.equal(status, 0, f"CHECKSUM TABLE: {verdict}")
    case.equal(story.bank.check(server, "--expect-last")[0], 0, "every acknowledged commit is there")


def across(case, step):
    """A change past the log: targets in the hole are refused, the automatic incremental bridges it, then all is there."""
    story = Story(case)
    first = story.begin()
    story.bank.stop_load()
    status, times = tool("sql_steps.py", step, "--socket", story.bank.server.socket)
    case.equal(status, 0, f"{step}: {times}")
    story.bank.start_load()
    wait_commits(story.bank, 50)
    sets = wait_until(lambda: (s := story.lab.cli("backup", "list", "--tenant", "m")) and len(s) > 1 and
                      all(x["status"] == "SUCCESS" for x in s) and s, 90, "the bridging incremental")
    case.true(sets[-1]["backup_set_id"] > first["backup_set_id"], "a set of its own")
    case.equal(story.lab.archive_status("m")["status"], "DOING", "the round goes on")
    window = story.lab.cli("window", *story.lab.sources("m"))
    case.true(window["holes"], f"the window names no hole: {window}")
    hole = window["holes"][0]
    inside = (hole["from"] + min(hole["to"], sets[-1]["min_restore_scn"])) // 2
    refusal = None
    try:
        story.lab.restore("m", f"{case.base}/never", "--until-scn", inside)
    except CliError as error:
        refusal = error
    case.true(refusal, f"a target inside the hole {hole} was not refused")
    story.bank.stop_load()
    sums = f"{case.base}/sums"
    tool("table_checksums.py", "save", "--socket", story.bank.server.socket, sums)
    moment = time.time_ns() + 2 * 10**9
    story.lab.wait_checkpoint("m", moment, 60)
    _, server = story.restore("across", "--until-scn", moment)
    status, verdict = tool("table_checksums.py", "compare", "--socket", server.socket, sums)
    case.equal(status, 0, f"after {step}: {verdict}")


def sysbench(case):
    story = Story(case)
    story.lab.start_linker("m")
    story.lab.start_agent()
    story.bank.start_load(20)
    socket = story.bank.server.socket
    case.equal(tool("sql_steps.py", "sysbench-prepare", "--socket", socket)[0], 0, "sysbench prepare")
    story.lab.protect("m")
    story.lab.backup("m")
    case.equal(tool("sql_steps.py", "sysbench-run", "--socket", socket, "--seconds", 6)[0], 0, "sysbench run")
    moment = time.time_ns()
    case.equal(tool("sql_steps.py", "sysbench-run", "--socket", socket, "--seconds", 4)[0], 0, "sysbench run")
    story.lab.wait_checkpoint("m", time.time_ns(), 120)
    story.compare("mid-sysbench", moment)
    story.bank.stop_load()
    sums = f"{case.base}/sums"
    tool("table_checksums.py", "save", "--socket", socket, sums)
    end = time.time_ns() + 2 * 10**9
    story.lab.wait_checkpoint("m", end, 60)
    _, server = story.restore("after-sysbench", "--until-scn", end)
    status, verdict = tool("table_checksums.py", "compare", "--socket", server.socket, sums)
    case.equal(status, 0, f"CHECKSUM TABLE after sysbench: {verdict}")


def quick_mount(case):
    """An unmodified server on a mount of a quick tenant answers what the source did; the mount dies under it; the next
    one, with what the first server wrote, serves the next server."""
    from mariadb_server import MariaDb
    if not can_mount():
        raise Skip("this machine has no FUSE")
    story = Story(case)
    story.begin()
    wait_commits(story.bank, 200)
    moment = time.time_ns()
    wait_commits(story.bank, 50)
    story.lab.wait_checkpoint("m", moment)
    story.bank.stop_load()
    directory = f"{case.base}/quick"
    outcome = story.lab.restore("m", directory, "--method", "quick", "--until-scn", moment, activate=False)
    stream = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
    reader = Installation(case.build, f"{case.base}/reader", [], cluster="reader", cluster_id=9)
    server = MariaDb(f"{case.base}/server-quick")
    server.assemble_schemas(directory)
    case.at_end(lambda: reader.run("unmount", server.rocksdb, "--force"))
    case.at_end(server.kill)

    def serve_and_check(what):
        pid = reader.cli("mount", directory, server.rocksdb, "--owner", server.user)["pid"]
        server.start()
        status, verdict = story.bank.check(server, *bounds(stream, moment, slack=LATE_FLUSH))
        case.equal(status, 0, f"{what}: {verdict}")
        return pid

    os.kill(serve_and_check("SQL on a mount"), signal.SIGKILL)
    server.kill()
    serve_and_check("SQL on the next mount")
    server.stop()
    reader.cli("unmount", server.rocksdb)


def standby(case):
    """A standby follows the bank: rows, and the definition of a table that was made after the restore."""
    from standby_lab import stream_of
    story = Story(case)
    story.begin()
    lab, directory = story.lab, f"{case.base}/m2"
    lab.cli("restore", *lab.sources("m"), "--directory", directory, "--tenant", "m2")
    wait_commits(story.bank, 100)
    with_sql = story.bank.server.client("bank")
    with_sql.run("CREATE TABLE later (id INT PRIMARY KEY, t VARCHAR(20)) ENGINE=ROCKSDB")
    with_sql.run("INSERT INTO later VALUES (1, 'one'), (2, 'two')")
    wait_commits(story.bank, 100)
    story.bank.stop_load()
    moment = time.time_ns() + 2 * 10**9
    lab.wait_checkpoint("m", moment)
    lab.cli("standby", "recover", "--tenant", "m2", "--until-scn", moment, "--wait")
    case.true(os.path.exists(f"{directory}/bank/later.frm"), f"its definition came: {os.listdir(directory)}")
    stream = stream_of(directory)
    lab.cli("tenant", "activate", "--tenant", "m2")
    server = story.bank.restored_server("server-standby", directory)
    case.at_end(server.kill)
    case.equal(story.bank.check(server, *bounds(stream, moment, slack=LATE_FLUSH))[0], 0, "the bank at the cut")
    case.equal(server.client("bank").run("SELECT id, t FROM later ORDER BY id"), [["1", "one"], ["2", "two"]],
               "the table that came later")


if __name__ == "__main__":
    sys.exit(run_cases({
        "mid-load": mid_load, "binlog": lambda case: mid_load(case, binlog=True), "crashed": crashed,
        "quiesced": quiesced,
        "create-index": lambda case: across(case, "create-index"),
        "bulk-load": lambda case: across(case, "bulk-load"), "sysbench": sysbench,
        "quick-mount": quick_mount, "standby": standby}))
