#!/usr/bin/python3
"""Compares the bank on a running server with its log: every row, the invariant, every secondary index.

  bank_check.py --socket PATH --log FILE [--until-lo NS] [--until-hi NS] [--expect-last]
One line of JSON; exit status 0: equal and within the interval (every commit acknowledged by until-lo is there, none
begun after until-hi), 1: not.
"""
import argparse, json, sys

import bank
from secondary_indexes import index_differences
from sql_client import SqlClient, SqlError


def differing_rows(sql, config, commits):
    differences = []
    for table, rows in bank.expected(config, commits).items():
        key = "worker, n" if table == "transfer" else "1"
        found = sql.run(f"SELECT * FROM {table} FORCE INDEX (PRIMARY) ORDER BY {key}")
        if found != rows:
            at = next((i for i, (a, b) in enumerate(zip(found, rows)) if a != b), min(len(found), len(rows)))
            differences.append(f"{table}: {len(found)} rows for {len(rows)}, row {at}: "
                               f"{found[at:at + 1]} for {rows[at:at + 1]}")
    return differences


def interval_faults(history, commits, lo, hi):
    faults = []
    for worker, n in commits.items():
        if lo is not None and history.last_acked_by(worker, lo) > n:
            faults.append(f"worker {worker}: commit {history.last_acked_by(worker, lo)} was acknowledged in time, last is {n}")
        if hi is not None and history.before.get((worker, n), 0) > hi:
            faults.append(f"worker {worker}: commit {n} was begun too late")
    return faults


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--socket", required=True)
    args.add_argument("--log", required=True)
    args.add_argument("--until-lo", type=int)
    args.add_argument("--until-hi", type=int)
    args.add_argument("--expect-last", action="store_true", help="every acknowledged commit must be there")
    opt = args.parse_args()
    history = bank.BankHistory(opt.log)
    verdict = {"equal": False}
    try:
        with SqlClient(opt.socket, database=bank.SCHEMA) as sql:
            commits = {int(w): int(n) for w, n in sql.run("SELECT worker, n FROM heartbeat ORDER BY worker")}
            total = sql.value("SELECT SUM(balance) FROM account")
            differences = differing_rows(sql, history.config, commits)
            if int(total or 0) != bank.OPENING * bank.ACCOUNTS_PER_WORKER * len(commits):
                differences.append(f"the balances sum up to {total}")
            differences += index_differences(sql, bank.SCHEMA)
        lo = float("inf") if opt.expect_last else opt.until_lo
        faults = interval_faults(history, commits, lo, opt.until_hi)
        verdict = {"equal": not differences, "interval_ok": not faults, "commits": commits,
                   "before_ns": {w: history.before.get((w, n), 0) for w, n in commits.items()},
                   "acked_ns": {w: history.after.get((w, n), 0) for w, n in commits.items()},
                   "next_before_ns": {w: history.before.get((w, n + 1), 0) for w, n in commits.items()},
                   "differences": differences[:8], "faults": faults}
    except SqlError as error:
        verdict["error"] = str(error)
    print(json.dumps(verdict))
    sys.exit(0 if verdict["equal"] and verdict.get("interval_ok") else 1)


main()
