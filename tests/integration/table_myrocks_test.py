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
from installation import Installation, Tenant, wait_until
from mariadb_lab import Bank, wait_commits
from mariadb_server import MariaDb
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
SET NAMES utf8mb4;
SET sql_mode='ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO';
CREATE TABLE shop.types (id INT AUTO_INCREMENT PRIMARY KEY, f FLOAT, fixed FLOAT(10,2), d DOUBLE, flags BIT(11), doc JSON,
  ts TIMESTAMP(6) NULL, at DATETIME(3) NULL, day DATE, hidden INT INVISIBLE DEFAULT 7, sj VARCHAR(30) CHARACTER SET sjis,
  wide VARCHAR(30) CHARACTER SET ucs2, german CHAR(20) CHARACTER SET latin1 COLLATE latin1_german2_ci, five BINARY(5),
  bytes VARBINARY(300), u8 TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci, e ENUM('a','b') CHARACTER SET sjis,
  s SET('x','ö'), y YEAR, t TIME(2), exact DECIMAL(30,10), big BIGINT UNSIGNED, six INET6, uu UUID, z INT ZEROFILL,
  `odd\\ name` FLOAT DEFAULT 0.1, CHECK (z < 10)) ENGINE=ROCKSDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE shop.versions (a INT PRIMARY KEY, f FLOAT) ENGINE=ROCKSDB WITH SYSTEM VERSIONING;
CREATE TABLE shop.Upper (a INT PRIMARY KEY) ENGINE=ROCKSDB;
"""
FILL = """
INSERT INTO shop.items (name, kind, price, picture, note) SELECT CONCAT('n\u00e4me ', seq), IF(seq MOD 3, 'a', NULL), seq * 1.25,
  UNHEX(MD5(seq)), REPEAT(CHAR(65 + seq MOD 26), seq MOD 300) FROM shop.seq_1_to_3000;
INSERT INTO shop.parts SELECT seq, 1 + seq MOD 3, CONCAT('p', seq) FROM shop.seq_1_to_1500;
INSERT INTO shop.`od.d name` SELECT seq, seq MOD 7 FROM shop.seq_1_to_500;
SET NAMES utf8mb4;
SET sql_mode='ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO';
SET check_constraint_checks=0;
SET time_zone='+00:00';
INSERT INTO shop.types (id, f, fixed, d, flags, doc, ts, at, day, hidden, sj, wide, german, five, bytes, u8, e, s, y, t, exact, big, six,
  uu, z) VALUES (0, 16777215, 12345678.25, 0.1, b'10101010101', '{"a": 1}', '2026-10-25 00:30:00.123456', '2026-01-01 00:00:00.5',
  '2026-02-31', 7, x'835C5C', _utf8'ü€', 'Straße', x'00ff5c', x'000d0a5c27', '😀', 'b', 'x,ö', 2026,
  '-12:00:01.5', -1.0000000001, 18446744073709551615, '::1', '123e4567-e89b-12d3-a456-426655440000', 50);
INSERT INTO shop.types (id, f, d, day, at, t) VALUES (5, 3.4028235e38, 1.7976931348623157e308, '0000-00-00', '0000-00-00', '838:59:59'),
  (6, 1.17549435e-38, 2.2250738585072014e-308, '2026-00-10', NULL, NULL), (7, 1e-45, 5e-324, NULL, NULL, NULL);
INSERT INTO shop.types (f, d) SELECT 0.1 * seq, seq / 7e0 FROM shop.seq_1_to_300;
INSERT INTO shop.versions VALUES (1, 0.1), (2, 16777215);
UPDATE shop.versions SET f = 123456789 WHERE a = 1;
DELETE FROM shop.versions WHERE a = 2;
INSERT INTO shop.Upper VALUES (1);
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


NAMES = ["shop.items", "shop.Upper", "shop.keyless", "shop.parts", "shop.types", "shop.versions", "shop.`od.d name`"]


FLOATS = "SELECT CAST(f AS DOUBLE), d, CAST(`odd\\ name` AS DOUBLE) FROM shop.types ORDER BY id"


def write_options(path, server):
    with open(path, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as out:
        out.write(f"[client]\nsocket={server.socket}\nuser=root\n")


class Story:
    """A bank under load, three more tables recorded at a quiet moment, and then the damage."""

    def __init__(self, case, fill=FILL, lost=False):
        self.case = case
        self.bank = Bank(case.base).start()
        case.at_end(self.bank.stop)
        self.lab = Installation(case.build, case.base, [self.bank.tenant("m")], limits={"bridge_min_interval_ms": 500})
        case.at_end(self.lab.stop)
        os.mkdir(f"{case.base}/sql")
        self.write_options()
        self.run(TABLES)
        if lost:  # its rows are in the backup, its definition is not
            self.run("CREATE TABLE shop.lost (a INT PRIMARY KEY) ENGINE=ROCKSDB;\nINSERT INTO shop.lost VALUES (1);\n")
            os.remove(f"{self.bank.server.data}/shop/lost.frm")
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
        write_options(f"{self.case.base}/sql/m.cnf", self.bank.server)

    def run(self, sql, server=None):
        with (server or self.bank.server).client() as client:
            rows = []
            for statement in sql.split(";\n"):
                if statement.strip():
                    rows = client.run(statement)
            return rows

    def facts(self, name, server=None):
        """Rows, checksum, definition without the counter, which indexes serve."""
        count = self.run(f"SELECT COUNT(*) FROM {name}", server)[0][0]
        checksum = self.run(f"CHECKSUM TABLE {name}", server)[0][1]
        definition = self.run(f"SHOW CREATE TABLE {name}", server)[0][1].split("(", 1)[1]
        return count, checksum, definition

    def recover(self, *args, **kwargs):
        return self.lab.cli("table", "recover", *self.lab.sources("m"), "--until-scn", self.moment, "--to-tenant", "m", *args,
                            **kwargs)

    def refused(self, *args):
        return self.lab.refused("table", "recover", *self.lab.sources("m"), "--until-scn", self.moment, "--to-tenant", "m", *args)

    def left(self):
        return self.run("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'seabed_import%'")


def story(case):
    s = Story(case, lost=True)
    s.lab.cli("parameter", "set", "--tenant", "m", "recover_table_dop", "3")
    floats = s.run(FLOATS)
    case.true(any(float(row[0]) == 16777215 for row in floats), f"the source's own: {floats[:5]}")
    s.run("DELETE FROM shop.items WHERE id > 10;\n" + "".join(f"DROP TABLE {name};\n" for name in NAMES[1:]))
    answer = s.refused("--table", "shop.*", "--table", "bank.account", "--table", "shop.never", "--remap-table",
                       "shop.items:shop.items_old", "--remap-table", "bank.account:nowhere.account")
    job = json.loads(answer.stdout)
    found = {t["source"]: t for t in job["tables"]}
    case.equal(sorted(n for n, t in found.items() if t["result"] == "SUCCESS"), sorted(NAMES), f"imported: {job}")
    case.contains(found["bank.account"]["comment"], "missing at the target", "a database that is missing")
    case.contains(found["shop.never"]["comment"], "did not exist", "a table that is not there")
    case.contains(found["shop.lost"]["comment"], "definition of shop.lost is not in the backup", "a table without its definition")
    case.equal(s.facts("shop.items_old"), s.recorded["shop.items"], "items under their new name")
    for name in NAMES[1:]:
        case.equal(s.facts(name), s.recorded[name], name)
    case.equal(s.run(FLOATS), floats, "floating point by its full digits")
    case.equal(s.run("SELECT COUNT(*) FROM shop.versions FOR SYSTEM_TIME ALL")[0][0], "3", "former rows")
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
    another_cluster(case, s)


def next_restore(case, s):
    """An import over SQL is logged like any write: what is restored next has the table."""
    imported = s.facts("shop.items_old")
    s.moment = time.time_ns() + 2 * 10**9  # manual_wal_flush
    s.lab.wait_checkpoint("m", s.moment + 10**8, 90)
    s.recover("--table", "shop.items_old", "--remap-table", "shop.items_old:shop.items_next")
    case.equal(s.facts("shop.items_next"), imported, "the imported table out of the backup")


def another_cluster(case, s):
    """Into a server of another installation; not when it takes upper and lower case in names for the same."""
    server = MariaDb(f"{case.base}/there/source")
    case.at_end(server.kill)
    server.start()
    other = Installation(case.build, f"{case.base}/there", [Tenant("n", server.rocksdb, engine="myrocks", data_directory=server.data)],
                         cluster_id=2, medium=s.lab.medium)
    case.at_end(other.stop)
    os.mkdir(f"{case.base}/there/sql")
    recover = ["table", "recover", *s.lab.sources("m"), "--until-scn", s.moment, "--to-tenant", "n", "--table"]
    write_options(f"{case.base}/there/sql/n.cnf", server)
    s.run("CREATE DATABASE shop", server)
    job = other.cli(*recover, "shop.types")
    case.equal([job["status"], job["result"]], ["COMPLETED", "SUCCESS"], f"the job of the other cluster: {job}")
    case.equal(s.facts("shop.types", server), s.recorded["shop.types"], "the table in the other cluster")
    server.stop()
    server.start(extra=["--lower-case-table-names=1"])
    write_options(f"{case.base}/there/sql/n.cnf", server)
    case.contains(other.refused(*recover, "shop.Upper").stderr, "lower_case_table_names=1", "another name-case mode")


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
    case.equal(s.left(), [], "what the first attempt left")


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
    s.lab.cli("table", "recover", *s.lab.sources("m"), "--until-scn", s.moment, "--to-tenant", "m", "--table", "shop.items",
              "--remap-table", "shop.items:shop.killed", "--no-wait")
    wait_until(s.left, 120, "the import to begin")
    s.lab.kill_agent()
    case.true(s.left(), "killed in the middle of a load")
    s.lab.cli("table", "cancel", "--tenant", "m")
    job = s.lab.cli("table", "status")[0]
    case.equal([job["status"], job["comment"]], ["FAILED", "canceled"], f"the job of the killed agent: {job}")
    case.equal(s.left(), [], "a half-loaded table of a killed agent is left")
    case.equal(servers(case), [], "the killed agent's auxiliary server is gone")


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
