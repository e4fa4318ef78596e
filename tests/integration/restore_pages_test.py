"""The commands of docs/restore.md, quick-restore.md and table-restore.md, run from the pages as they stand, in their order, on a
live writer's backup; each is followed by a check, the databases by the oracle.

A block of commands is a ```sh fence right below a line `<!-- runs: CASE.STEP -->`. Each has an `after_STEP` here, which says what must
be true then, and may have a `before_STEP`: what a reader does by hand, such as stopping his application."""
# ctest: timeout=300
# case: every-block-is-run
# case: full
# case: job
# case: quick
# case: table
# case: myrocks
import os
import re
import shutil
import subprocess
import sys
import time

from case import Skip, run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import pass_time
from served_lab import can_mount, ldb_rows
from standby_lab import copy_staged, judge, standby, stream_of, wait_synced

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs")
PAGES = ("restore.md", "quick-restore.md", "table-restore.md")
BLOCK = re.compile(r"(?:^<!-- runs: ([a-z-]+)\.([a-z-]+) -->\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)
MOMENT, LATER, SCN = "2026-11-23 10:15:00", "2026-11-23 10:20:00", "1795428900000000000"


def blocks():
    """(page, case, step, commands) in the order of the pages; case and step are empty where no line names them."""
    for page in PAGES:
        with open(os.path.join(DOCS, page), encoding="utf-8") as text:
            for case, step, language, commands in BLOCK.findall(text.read()):
                if language == "sh" or "seabed " in commands.split("\n")[0]:
                    yield page, case, step, commands


def time_text(scn):
    """A time of the tenant's zone (UTC), to the microsecond."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(scn // 10**9)) + f".{scn % 10**9 // 1000:06d}"


class Reader:
    """Who follows the pages: `chapter` is the case's name in them."""
    chapter = ""

    def __init__(self, case):
        self.case, self.lab, self.said = case, None, ""
        self.srv = f"{case.base}/srv"
        self.words = [("/backup/", f"{case.base}/media/"), ("/srv/", f"{self.srv}/"), ("/mnt/", f"{case.base}/mnt/")]
        os.mkdir(self.srv)
        os.chmod(case.base, 0o755)

    def set_moment(self, word, scn):
        self.words.append((word, time_text(scn)))
        self.words.append((SCN, str(scn)))

    def read(self):
        for _, chapter, step, commands in blocks():
            if chapter == self.chapter:
                getattr(self, "before_" + step.replace("-", "_"), lambda: None)()
                self.said = self.run(commands)
                getattr(self, "after_" + step.replace("-", "_"))()

    def run(self, commands):
        for word, ours in self.words:
            commands = commands.replace(word, ours)
        run = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], capture_output=True, text=True, errors="replace", timeout=120,
                             env={**self.lab.env, "PATH": f"{self.case.build}/bin:{os.environ['PATH']}",
                                  "SEABED_CONFIG": self.lab.config})
        self.case.equal(run.returncode, 0, f"{commands}{run.stdout[-2000:]}{run.stderr[-2000:]}")
        return run.stdout

    def says(self, *parts):
        for part in parts:
            self.case.contains(self.said, part, "what the commands say")


class LedgerReader(Reader):
    """On a ledger with a full backup and log behind it; its families and keys stand for those of the pages."""

    def __init__(self, case):
        super().__init__(case)
        self.words += [("--family orders", "--family cf2"), ("`orders.db`.items ", "`orders.db`.cf1 "),
                       ("`orders.db`.items'", "`orders.db`.cf1'"), ("`orders.db`.items:", "`orders.db`.cf1:"),
                       ("--key 4711", "--key a/000017"), ("--from 4700 --to 4800", "--from a/0000 --to a/0001")]
        self.ledger = Ledger(case.build, case.base, "orders", ["--cfs", "3", "--memtable-kb", "128"])
        self.ledger.start("--rate", "1000", "--seconds", "240")
        self.lab = Installation(case.build, case.base, [Tenant("shop", self.ledger.db)], limits={"bridge_min_interval_ms": 500})
        case.at_end(self.lab.stop)
        case.at_end(self.ledger.kill)
        self.lab.start_linker("shop")
        self.lab.start_agent()
        self.lab.protect("shop")
        pass_time(self.lab, "shop", 0.5)
        self.lab.backup("shop")
        pass_time(self.lab, "shop", 0.5)
        self.moment = self.lab.archive_status("shop")["checkpoint_scn"] // 1000 * 1000
        self.set_moment(MOMENT, self.moment)
        pass_time(self.lab, "shop", 0.3)

    def judge(self, db, stream, what, target=None):
        judge(self.case, self.ledger, db, stream, what, target or self.moment, latest=not target)

    def at_moment(self, directory):
        """What was restored to the page's moment: the writer may have gone on."""
        stream = stream_of(directory)
        self.case.true(0 < stream["scn_hi"] <= self.moment, f"{stream} is not at {self.moment}")
        return stream


class Full(LedgerReader):
    chapter = "full"

    def after_look(self):
        self.says("BACKUP_SET", "BACKUP_PIECE")
        self.case.equal(os.listdir(self.srv), [], "a look leaves nothing")

    def after_verify(self):
        self.says("everything holds")

    def after_time(self):
        self.stream = self.at_moment(f"{self.srv}/shop2")
        self.case.true(os.path.isdir(f"{self.srv}/shop2/orders.db.seabed-standby"), "the standby")
        self.case.true(not os.path.exists(f"{self.srv}/shop2/orders.db"), "a database before its activation")

    def after_read(self):
        self.rows = int(re.search(r"\d+", self.said)[0])

    def after_activate(self):
        self.judge(f"{self.srv}/shop2/orders.db", self.stream, "the full restore to a time", self.moment)
        self.case.equal(len(ldb_rows(f"{self.srv}/shop2/orders.db", "cf2")), self.rows, "rows counted before")

    def after_scn(self):
        stream = self.at_moment(f"{self.srv}/shop3")
        self.case.equal(stream["scn_hi"], self.stream["scn_hi"], "the same moment as an SCN")
        self.judge(copy_staged(f"{self.srv}/shop3/orders.db.seabed-standby", f"{self.case.base}/copy"), stream, "to an SCN", self.moment)

    def after_discard(self):
        self.case.true(not os.path.exists(f"{self.srv}/shop3/orders.db.seabed-standby"), "a discarded tenant is gone")

    def after_drill(self):
        self.says("PASSED")
        with open(f"{self.srv}/cluster.pem", encoding="ascii") as key:
            self.case.contains(key.read(), "BEGIN PUBLIC KEY", "the key that checks the report")


class Job(LedgerReader):
    chapter = "job"

    def after_start(self):
        self.says("RESTORE_SUCCESS")
        tenants = {t["name"]: t["role"] for t in self.lab.cli("tenant", "list")}
        self.case.equal(tenants, {"shop": "PRIMARY", "shop2": "STANDBY"}, "the tenants")

    def before_no_wait(self):  # so that there is something to cancel: this agent dies on the way
        self.lab.stop_agent()
        self.lab.start_agent(env={"SEABED_TEST_KILL_AT": "restore/RESTORE_WAIT_LS"})

    def after_no_wait(self):
        wait_until(lambda: self.lab.agent.poll() is not None, 60, "the agent's death")
        self.lab.agent = None
        self.case.true(os.path.exists(f"{self.srv}/shop3"), "the restore has begun")

    def after_cancel(self):
        self.case.true(not os.path.exists(f"{self.srv}/shop3"), "a canceled restore is gone")
        self.case.equal(self.lab.cli("restore", "status", "--tenant", "shop3")[0]["comment"], "canceled", "its row")
        self.lab.start_agent()
        self.lab.wait_archive("shop")

    def before_recover(self):
        pass_time(self.lab, "shop", 0.3)
        self.later = self.lab.archive_status("shop")["checkpoint_scn"] // 1000 * 1000
        self.set_moment(LATER, self.later)

    def after_recover(self):
        self.case.equal(standby(self.lab, "shop2")["sync_scn"], self.later, "where it stands")
        self.cuts = [(copy_staged(f"{self.srv}/shop2/orders.db.seabed-standby", f"{self.case.base}/copy"),
                      stream_of(f"{self.srv}/shop2"))]

    def after_unlimited(self):
        wait_synced(self.lab, "shop2", time.time_ns())

    def after_stand(self):
        self.case.true(not standby(self.lab, "shop2")["following"], "it stands")

    def after_source(self):
        self.says(f"{self.case.base}/media/shop/archive")

    def after_verify(self):
        self.case.true(not os.path.exists(f"{self.srv}/shop2/orders.db"), "verify changes nothing")
        self.cuts.append((f"{self.srv}/shop2/orders.db", stream_of(f"{self.srv}/shop2")))

    def after_activate(self):
        self.ledger.kill()
        for further, (db, stream) in enumerate(self.cuts):
            judge(self.case, self.ledger, db, stream, "a standby", self.later, latest=further > 0)

    def after_upgrade(self):
        events = self.lab.cli("sql", "SELECT EVENT, VALUE1 FROM DBA_OB_CLUSTER_EVENT_HISTORY")
        self.case.true(any(e["EVENT"] == "UPGRADE_ALL" for e in events), f"the event: {events}")


class Quick(LedgerReader):
    chapter = "quick"

    def after_restore(self):
        self.stream = self.at_moment(f"{self.srv}/look")
        self.case.equal([f for f in os.listdir(f"{self.srv}/look/orders.db.seabed-standby") if f.endswith(".sst")], [], "files")

    def before_mount(self):
        if not can_mount():
            raise Skip("this machine has no FUSE")
        self.case.at_end(lambda: subprocess.run(["umount", "-lq", f"{self.case.base}/mnt/look"], check=False))

    def after_mount(self):
        self.judge(f"{self.case.base}/mnt/look", self.stream, "a mount")

    def after_unmount(self):
        self.case.true(not os.path.ismount(f"{self.case.base}/mnt/look"), "still mounted")

    def after_activate(self):
        self.judge(f"{self.srv}/look/orders.db", self.stream, "hydrated and activated")


class QuickPage(Quick):
    """The page's own walk, behind the other's."""
    chapter = "quick-page"

    def __init__(self, first):  # pylint: disable=super-init-not-called
        vars(self).update(vars(first))
        shutil.rmtree(f"{self.srv}/look")

    def after_restore(self):
        self.stream = stream_of(f"{self.srv}/look")

    def after_read(self):
        self.says("a/0000")

    def after_mount(self):
        self.says("a/0000")
        self.after_unmount()

    def after_hydrate(self):
        self.after_activate()


class Table(LedgerReader):
    chapter = "table"

    def full(self, scn):
        """Rows of the table in a full restore that the oracle judges."""
        directory = f"{self.case.base}/full-{scn}"
        stream = self.lab.restore("shop", directory, "--until-scn", scn)["streams"][0]
        self.judge(f"{directory}/orders.db", stream, "the full restore beside it", scn)
        return ldb_rows(f"{directory}/orders.db", "cf1")

    def after_directory(self):
        self.wanted = self.full(self.moment)
        self.case.equal(ldb_rows(f"{self.srv}/items/orders.db", "cf1"), self.wanted, "the table as a database")

    def after_sst(self):
        wanted = self.full(int(re.search(r"SCN (\d+)", self.said)[1]))
        run = subprocess.run([f"{self.case.build}/bin/import_table", f"{self.case.base}/app.db", f"{self.srv}/sst/orders.db/cf1",
                              "items"], capture_output=True, text=True, timeout=60)
        self.case.equal(run.returncode, 0, run.stderr)
        self.case.equal(ldb_rows(f"{self.case.base}/app.db", "items"), wanted, "the table in an application")

    def before_stopped(self):
        self.ledger.stop()

    def after_stopped(self):
        self.says("COMPLETED", "SUCCESS")
        self.case.equal(ldb_rows(self.ledger.db, "items_old"), self.wanted, "the table in the tenant")


class MyRocks(Reader):
    """The shop of the pages in a running MariaDB."""
    chapter = "myrocks"

    def __init__(self, case):
        from mariadb_lab import Bank
        super().__init__(case)
        bank = Bank(case.base).start()
        case.at_end(bank.stop)
        self.server = bank.server
        self.lab = Installation(case.build, case.base, [bank.tenant("shop")])
        case.at_end(self.lab.stop)
        os.mkdir(f"{case.base}/sql")
        with open(f"{case.base}/sql/shop.cnf", "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(f"[client]\nsocket={self.server.socket}\nuser=root\n")
        self.sql("CREATE DATABASE shop", "CREATE TABLE shop.items (id INT PRIMARY KEY, v VARCHAR(40), KEY by_v (v)) ENGINE=ROCKSDB")
        self.lab.start_linker("shop")
        self.lab.start_agent()
        self.lab.protect("shop")
        self.lab.backup("shop")
        self.sql("INSERT INTO shop.items SELECT seq, MD5(seq) FROM shop.seq_1_to_2000")
        self.recorded = self.facts("shop.items")
        self.moment = (time.time_ns() + 2 * 10**9) // 1000 * 1000  # manual_wal_flush
        self.lab.wait_checkpoint("shop", self.moment + 10**8, 90)
        self.set_moment(MOMENT, self.moment)
        self.sql("DELETE FROM shop.items WHERE id > 10")

    def sql(self, *statements, server=None):
        rows = []
        with (server or self.server).client() as client:
            for statement in statements:
                rows = client.run(statement)
        return rows

    def facts(self, table, server=None):
        return (self.sql(f"SELECT COUNT(*) FROM {table} FORCE INDEX (by_v) WHERE v >= ''", server=server),
                self.sql(f"CHECKSUM TABLE {table}", server=server)[0][1])

    def after_table(self):
        self.case.equal(self.facts("shop.items_then"), self.recorded, "the table beside the damaged one")

    def before_mount(self):
        if not can_mount() or os.geteuid() != 0:
            raise Skip("this machine has no FUSE, or this is not root, whom --owner needs")
        directory = f"{self.srv}/look"
        self.lab.cli("restore", *self.lab.sources("shop"), "--until-scn", self.moment, "--method", "quick", "--directory", directory)
        self.case.at_end(lambda: self.lab.run("unmount", f"{self.srv}/mysql/#rocksdb", "--force"))
        os.chmod(self.srv, 0o755)

    def after_mount(self):
        from mariadb_server import MariaDb
        second = MariaDb(f"{self.case.base}/second")
        second.data = f"{self.srv}/mysql"
        os.mkdir(second.base)
        self.case.at_end(second.kill)
        second.start(extra=[f"--pid-file={second.data}/pid"])
        self.case.equal(self.facts("shop.items", second), self.recorded, "SQL on a mount")
        second.stop()

    def after_page(self):
        self.case.equal(self.facts("shop.items_old"), self.recorded, "the table page's own command")


READERS = {"full": Full, "job": Job, "quick": Quick, "quick-page": QuickPage, "table": Table, "myrocks": MyRocks}


def every_block_is_run(case):
    """No command of the pages is without its step here, and no step without its command."""
    found = list(blocks())
    for page, chapter, step, commands in found:
        case.true(chapter in READERS and hasattr(READERS[chapter], "after_" + step.replace("-", "_")),
                  f"{page}: nobody runs and checks {chapter}.{step}: {commands}")
    steps = [(chapter, step) for _, chapter, step, _ in found]
    case.equal(len(steps), len(set(steps)), f"steps are named once: {steps}")
    for chapter, reader in READERS.items():
        for name in vars(reader):
            if name.startswith("after_"):
                case.true((chapter, name[6:].replace("_", "-")) in steps, f"{chapter}: the pages have no {name[6:]}")


def quick(case):
    first = Quick(case)
    first.read()
    QuickPage(first).read()


if __name__ == "__main__":
    sys.exit(run_cases({"every-block-is-run": every_block_is_run, "full": lambda case: Full(case).read(),
                        "job": lambda case: Job(case).read(), "quick": quick, "table": lambda case: Table(case).read(),
                        "myrocks": lambda case: MyRocks(case).read()}))
