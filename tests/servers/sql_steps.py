#!/usr/bin/python3
"""Changes that MyRocks writes past its log, and sysbench. Each prints {"step":...,"before_ns":...,"after_ns":...}.

  sql_steps.py create-index --socket PATH     an index more on bank.transfer
  sql_steps.py bulk-load --socket PATH [--rows N]     a new table bank.bulk_<time> through rocksdb_bulk_load
  sql_steps.py inserts --socket PATH [--rows N]       the same table without it
  sql_steps.py sysbench-prepare --socket PATH [--tables T] [--rows N]
  sql_steps.py sysbench-run --socket PATH [--tables T] [--rows N] [--threads K] [--seconds S]
"""
import argparse, json, subprocess, time

from bank import SCHEMA
from sql_client import SqlClient


def create_index(sql, _):
    sql.run(f"CREATE INDEX by_amount ON {SCHEMA}.transfer (amount, note(50))")


def load_rows(sql, rows, bulk):
    table = f"{SCHEMA}.bulk_{time.time_ns()}"
    sql.run(f"CREATE TABLE {table} (id INT PRIMARY KEY, a INT NOT NULL, b VARCHAR(100) NOT NULL, KEY by_a (a)) ENGINE=ROCKSDB")
    if bulk:
        sql.run("SET SESSION rocksdb_bulk_load_allow_sk=1")
        sql.run("SET SESSION rocksdb_bulk_load=1")
    sql.run(f"INSERT INTO {table} SELECT seq, seq*7919%1009, MD5(seq) FROM {SCHEMA}.seq_1_to_{rows}")
    if bulk:
        sql.run("SET SESSION rocksdb_bulk_load=0")


def sysbench(opt, command, *more):
    run = subprocess.run(["sysbench", "oltp_read_write", f"--mysql-socket={opt.socket}", "--mysql-user=root",
                          "--mysql-db=sbtest", "--mysql-storage-engine=rocksdb", f"--tables={opt.tables}",
                          f"--table-size={opt.rows}", *more, command],
                         capture_output=True, text=True, timeout=opt.seconds + 600)
    if run.returncode != 0:
        raise SystemExit(f"sysbench: {run.stdout}{run.stderr}")


STEPS = {
    "create-index": create_index,
    "bulk-load": lambda sql, opt: load_rows(sql, opt.rows, True),
    "inserts": lambda sql, opt: load_rows(sql, opt.rows, False),
    "sysbench-prepare": lambda sql, opt: (sql.run("CREATE DATABASE IF NOT EXISTS sbtest"), sysbench(opt, "prepare")),
    "sysbench-run": lambda sql, opt: sysbench(opt, "run", f"--threads={opt.threads}", f"--time={opt.seconds}",
                                              "--db-ps-mode=disable", "--mysql-ignore-errors=1213,1020,1205,1062"),
}


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("step", choices=STEPS)
    args.add_argument("--socket", required=True)
    args.add_argument("--rows", type=int, default=20000)
    args.add_argument("--tables", type=int, default=2)
    args.add_argument("--threads", type=int, default=2)
    args.add_argument("--seconds", type=int, default=5)
    opt = args.parse_args()
    with SqlClient(opt.socket) as sql:
        before = time.time_ns()
        STEPS[opt.step](sql, opt)
        print(json.dumps({"step": opt.step, "before_ns": before, "after_ns": time.time_ns()}))


main()
