"""Table restore of MyRocks: by SQL name through an auxiliary server, back into the running source server; compared by CHECKSUM
TABLE, definition and rows with what the test recorded before the damage."""
# ctest: timeout=600 labels=myrocks
# case: story
# case: server-dies
# case: killed
# case: cancel
import glob
import json
import os
import sys
import time

from case import run_cases
from installation import Installation, wait_until
from mariadb_lab import Bank, wait_commits
from secondary_indexes import index_differences

TABLES = """
CREATE DATABASE shop;
CREATE TABLE shop.items (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) CHARACTER SET utf8mb4 NOT NULL, kind ENUM('a','b') NULL,
  price DECIMAL(12,2), picture BLOB, made TIMESTAMP(6) NOT NULL DEFAULT '2026-01-01 00:00:01', note TEXT, UNIQUE KEY by_name (name),
  KEY by_price (price, kind) COMMENT 'rev:rev_cf') ENGINE=ROCKSDB DEFAULT CHARSET=latin1 COMMENT='things';
CREATE TABLE shop.parts (id INT NOT NULL, region INT NOT NULL, v VARCHAR(50), PRIMARY KEY (id, region)) ENGINE=ROCKSDB
  PARTITION BY LIST (region) (PARTITION north VALUES IN (1, 2), PARTITION south VALUES IN (3));
CREATE TABLE shop.`od.d name` (a INT PRIMARY KEY, b INT, KEY (b)) ENGINE=ROCKSDB;
CREATE TABLE shop.keyless (a INT NULL, b VARCHAR(20)) ENGINE=ROCKSDB;
"""
FILL = """
INSERT INTO shop.items (name, kind, price, picture, note) SELECT CONCAT('n\u00e4me ', seq), IF(seq MOD 3, 'a', NULL), seq * 1.25,
  UNHEX(MD5(seq)), REPEAT(CHAR(65 + seq MOD 26), seq MOD 300) FROM shop.seq_1_to_3000;
INSERT INTO shop.parts SELECT seq, 1 + seq MOD 3, CONCAT('p', seq) FROM shop.seq_1_to_1500;
INSERT INTO shop.`od.d name` SELECT seq, seq MOD 7 FROM shop.seq_1_to_500;
INSERT INTO shop.keyless SELECT IF(seq MOD 5, seq MOD 11, NULL), CONCAT('k', seq MOD 3) FROM shop.seq_1_to_400;
"""


def servers(case):
    """Auxiliary servers of this case that are running."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as line:
                if f"--datadir={case.base}/state/table".encode() in line.read():
                    found.append(path)
        except OSError:
            pass  # it ended meanwhile
    return found


NAMES = ["shop.items", "shop.keyless", "shop.parts", "shop.`od.d name`"]


class Story:
    """A bank under load, three more tables recorded at a quiet moment, and then the damage."""

    def __init__(self, case, fill=FILL):
        self.case = case
        self.bank = Bank(case.base).start()
        case.at_end(self.bank.stop)
        self.lab = Installation(case.build, case.base, [self.bank.tenant("m")], limits={"bridge_min_interval_ms": 500})
        case.at_end(self.lab.stop)
        os.mkdir(f"{case.base}/sql")
        self.write_options()
        self.run(TABLES)
        self.bank.start_load(50)
        self.lab.start_linker("m")
        self.lab.start_agent()
        self.lab.protect("m")
        wait_commits(self.bank, 20)
        self.lab.backup("m")
        self.run(fill)
        self.recorded = {name: self.facts(name) for name in NAMES}
        self.moment = time.time_ns() + 2 * 10**9   # manual_wal_flush
        self.lab.wait_checkpoint("m", self.moment + 10**8, 90)

    def write_options(self):
        with open(f"{self.case.base}/sql/m.cnf", "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(f"[client]\nsocket={self.bank.server.socket}\nuser=root\n")

    def run(self, sql):
        with self.bank.server.client() as client:
            rows = []
            for statement in sql.split(";\n"):
                if statement.strip():
                    rows = client.run(statement)
            return rows

    def facts(self, name):
        """Rows, checksum, definition without the counter, which indexes serve."""
        count = self.run(f"SELECT COUNT(*) FROM {name}")[0][0]
        checksum = self.run(f"CHECKSUM TABLE {name}")[0][1]
        definition = self.run(f"SHOW CREATE TABLE {name}")[0][1].split("(", 1)[1]
        return count, checksum, definition

    def recover(self, *args, **kwargs):
        return self.lab.cli("table", "recover", *self.lab.sources("m"), "--until-scn", self.moment, "--to-tenant", "m", *args,
                            **kwargs)

    def refused(self, *args):
        return self.lab.refused("table", "recover", *self.lab.sources("m"), "--until-scn", self.moment, "--to-tenant", "m", *args)

    def left(self):
        return self.run("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'seabed_import%'")


def story(case):
    s = Story(case)
    s.lab.cli("parameter", "set", "--tenant", "m", "recover_table_dop", "3")
    s.run("DELETE FROM shop.items WHERE id > 10;\nDROP TABLE shop.parts;\nDROP TABLE shop.`od.d name`;\nDROP TABLE shop.keyless;\n")
    answer = s.refused("--table", "shop.*", "--table", "bank.account", "--table", "shop.never", "--remap-table",
                       "shop.items:shop.items_old", "--remap-table", "bank.account:nowhere.account")
    job = json.loads(answer.stdout)
    found = {t["source"]: t for t in job["tables"]}
    case.equal(sorted(n for n, t in found.items() if t["result"] == "SUCCESS"), sorted(NAMES), f"imported: {job}")
    case.contains(found["bank.account"]["comment"], "missing at the target", "a database that is missing")
    case.contains(found["shop.never"]["comment"], "did not exist", "a table that is not there")
    case.equal(s.facts("shop.items_old"), s.recorded["shop.items"], "items under their new name")
    for name in NAMES[1:]:
        case.equal(s.facts(name), s.recorded[name], name)
    case.equal(s.run("SELECT COUNT(*) FROM shop.items")[0][0], "10", "the damaged table is as it was")
    case.equal(s.run("SELECT COUNT(*) FROM shop.items_old FORCE INDEX (by_price) WHERE price >= 0")[0][0], "3000", "an index")
    with s.bank.server.client() as client:
        case.equal(index_differences(client, "shop"), [], "each secondary index against the primary key")
    s.run("INSERT INTO shop.items_old (name) VALUES ('next')")
    case.equal(s.run("SELECT MAX(id) FROM shop.items_old")[0][0], "3001", "the counter goes on")
    again = s.refused("--table", "shop.parts")
    case.contains(again.stdout + again.stderr, "exists at the target", "no overwrite")
    case.equal(s.left(), [], "tables of an import are left")
    case.equal(os.listdir(f"{case.base}/state/table"), [], "the auxiliary tenant is gone")
    case.equal(servers(case), [], "the auxiliary server is gone")
    tasks = s.lab.cli("sql", "SELECT SRC_TABLE, RESULT, TOTAL_INDEX_COUNT, IMPORTED_INDEX_COUNT FROM "
                             "CDB_OB_IMPORT_TABLE_TASK_HISTORY WHERE SRC_TABLE = 'items'")
    case.equal([t["IMPORTED_INDEX_COUNT"] for t in tasks], ["2"], f"index counters: {tasks}")
    sys.stdout.write(f"read from the medium: {job['comment']}\n")
    next_restore(case, s)


def next_restore(case, s):
    """An import over SQL is logged like any write: what is restored next has the table."""
    imported = s.facts("shop.items_old")
    s.moment = time.time_ns() + 2 * 10**9  # manual_wal_flush
    s.lab.wait_checkpoint("m", s.moment + 10**8, 90)
    s.recover("--table", "shop.items_old", "--remap-table", "shop.items_old:shop.items_next")
    case.equal(s.facts("shop.items_next"), imported, "the imported table out of the backup")


BIG = FILL + "INSERT INTO shop.items (name, note) SELECT CONCAT('big ', seq), REPEAT('x', 200) FROM shop.seq_1_to_150000;\n"


def server_dies(case):
    """The target goes away mid-import: the job says so, and once it is back the tables come."""
    s = Story(case, BIG)
    s.lab.cli("table", "recover", *s.lab.sources("m"), "--until-scn", s.moment, "--to-tenant", "m", "--table", "shop.items",
              "--remap-table", "shop.items:shop.back", "--no-wait")
    s.bank.stop_load()
    wait_until(lambda: s.left() or s.lab.cli("table", "status")[0]["status"] in ("COMPLETED", "FAILED"), 120, "the import to begin")
    s.bank.server.kill()
    job = wait_until(lambda: (j := s.lab.cli("table", "status")[0]) and j["status"] in ("COMPLETED", "FAILED") and j, 90, "the job")
    case.equal(job["status"], "FAILED", f"the job: {job}")
    case.contains(job["comment"], "target server", "the reason")
    s.bank.server.start()
    s.write_options()
    case.true(not s.run("SELECT 1 FROM information_schema.tables WHERE table_name = 'back'"), "a half-loaded table is visible")
    s.recover("--table", "shop.items", "--remap-table", "shop.items:shop.back")
    case.equal(s.facts("shop.back"), s.recorded["shop.items"], "after the second attempt")


def cancel(case):
    """CANCEL while rows are coming by three connections: what was begun goes, server and auxiliary tenant too; the next restore
    works."""
    s = Story(case, BIG)
    s.lab.cli("parameter", "set", "--tenant", "m", "recover_table_dop", "3")
    s.lab.cli("table", "recover", *s.lab.sources("m"), "--until-scn", s.moment, "--to-tenant", "m", "--table", "shop.items",
              "--remap-table", "shop.items:shop.back", "--no-wait")
    wait_until(lambda: s.left() or s.lab.cli("table", "status")[0]["status"] in ("COMPLETED", "FAILED"), 120, "the import to begin")
    loaders = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = 'shop'"
    wait_until(lambda: int(s.run(loaders)[0][0]) >= 3, 60, "three connections that load one table")
    s.lab.cli("table", "cancel", "--tenant", "m")
    job = s.lab.cli("table", "status")[0]
    case.equal([job["status"], job["comment"]], ["FAILED", "canceled"], f"the job: {job}")
    case.equal(s.left(), [], "a half-loaded table is left")
    case.equal(servers(case), [], "the auxiliary server is gone")
    case.equal(os.listdir(f"{case.base}/state/table"), [], "the auxiliary tenant is gone")
    s.recover("--table", "shop.items", "--remap-table", "shop.items:shop.back")
    case.equal(s.facts("shop.back"), s.recorded["shop.items"], "after the cancelled one")


def killed(case):
    """Killed at the states that only this way has, the next agent finishes."""
    s = Story(case)
    for number, state in enumerate(["table/aux-server", "table/extracted", "table/task/DOING", "table/task/FINISH"]):
        s.lab.stop_agent()
        s.lab.run("table", "recover", *s.lab.sources("m"), "--until-scn", s.moment, "--to-tenant", "m", "--table", "shop.items",
                  "--remap-table", f"shop.items:shop.k{number}", env={"SEABED_TEST_KILL_AT": state})
        s.lab.start_agent()
        job = wait_until(lambda: (j := s.lab.cli("table", "status")[0]) and j["status"] in ("COMPLETED", "FAILED") and j, 90, state)
        case.equal([job["status"], job["result"]], ["COMPLETED", "SUCCESS"], f"after a kill at {state}: {job}")
        case.equal(s.facts(f"shop.k{number}"), s.recorded["shop.items"], f"after a kill at {state}")
        case.equal(s.left(), [], f"tables left after a kill at {state}")
        case.equal(servers(case), [], "the auxiliary server is gone")


if __name__ == "__main__":
    sys.exit(run_cases({"story": story, "server-dies": server_dies, "killed": killed, "cancel": cancel}))
