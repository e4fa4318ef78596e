#!/usr/bin/python3
"""Runs the bank against a server until its time is over, SIGTERM, or the server is gone; goes on where the data stand.

  bank_load.py --socket PATH --log FILE [--workers W] [--seconds S] [--commits N per worker] [--rate R per worker]
Prints {"event":"ready"|"done",...}; "done" tells each worker's last acknowledged commit.
"""
import argparse, json, os, signal, threading, time

import bank
from sql_client import SqlClient, SqlError

stopping = threading.Event()


def open_accounts(sql, worker):
    if sql.run(f"SELECT n FROM heartbeat WHERE worker={worker}"):
        return
    first = worker * bank.ACCOUNTS_PER_WORKER
    rows = ",".join(f"({i},{i % 10},{bank.OPENING},'opened')" for i in range(first, first + bank.ACCOUNTS_PER_WORKER))
    sql.run(f"BEGIN; INSERT INTO account VALUES {rows}; INSERT INTO heartbeat VALUES ({worker},0); COMMIT")


def commit_one(sql, config, log, worker, n):
    src, dst, amount, text = bank.transfer(config, worker, n)
    sql.run(f"BEGIN; UPDATE account SET balance=balance-{amount}, note='n={n}' WHERE id={src};"
            f"UPDATE account SET balance=balance+{amount}, note='n={n}' WHERE id={dst};"
            f"INSERT INTO transfer VALUES ({worker},{n},{src},{dst},{amount},'{text}');"
            f"UPDATE heartbeat SET n={n} WHERE worker={worker}")
    log.event("B", worker, n)
    sql.run("COMMIT")
    log.event("A", worker, n)


def work(opt, config, log, worker, last, ready):
    try:
        with SqlClient(opt.socket, database=bank.SCHEMA) as sql:
            open_accounts(sql, worker)
            last[worker] = first = int(sql.value(f"SELECT n FROM heartbeat WHERE worker={worker}"))
            log.event("R", worker, first)
            ready.wait()
            start = time.monotonic()
            while not stopping.is_set() and not (opt.commits and last[worker] - first >= opt.commits):
                if opt.seconds and time.monotonic() - start > opt.seconds:
                    break
                if opt.rate and (last[worker] - first) / opt.rate > time.monotonic() - start:
                    time.sleep(0.001)
                    continue
                commit_one(sql, config, log, worker, last[worker] + 1)
                last[worker] += 1
    except SqlError as error:
        print(json.dumps({"event": "error", "worker": worker, "error": str(error)}), flush=True)
        ready.abort()


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--socket", required=True)
    args.add_argument("--log", required=True)
    args.add_argument("--workers", type=int, default=2)
    args.add_argument("--seconds", type=float, default=0)
    args.add_argument("--commits", type=int, default=0)
    args.add_argument("--rate", type=float, default=0)
    args.add_argument("--seed", type=int, default=1)
    opt = args.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    config = {"seed": opt.seed, "workers": opt.workers}
    fresh = not os.path.exists(opt.log)
    if not fresh:
        config = bank.BankHistory(opt.log).config
    with SqlClient(opt.socket) as sql:
        for statement in bank.TABLES.strip().split(";\n"):
            sql.run(statement)
    log = bank.BankLog(opt.log)
    if fresh:
        log.header(config)
    last = {}
    ready = threading.Barrier(config["workers"] + 1)
    threads = [threading.Thread(target=work, args=(opt, config, log, w, last, ready)) for w in range(config["workers"])]
    for thread in threads:
        thread.start()
    try:
        ready.wait(60)
        print(json.dumps({"event": "ready", "commits": last, "ns": time.time_ns()}), flush=True)
    except threading.BrokenBarrierError:
        stopping.set()
    for thread in threads:
        thread.join()
    print(json.dumps({"event": "done", "commits": last, "ns": time.time_ns()}), flush=True)


main()
