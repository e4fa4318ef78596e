#!/usr/bin/python3
"""The server scripts try themselves: start, load, kill -9, restart, load on, stop, a second server assembled around a
copy of #rocksdb, compared; then damage that must be seen.

  self_test.py [--binlog | --no-binlog]     default: both, one after the other
"""
import argparse, json, os, shutil, subprocess, sys, tempfile, time

from mariadb_server import MariaDb, ServerError

HERE = os.path.dirname(os.path.abspath(__file__))


def script(name, *args, status=0):
    run = subprocess.run([f"{HERE}/{name}", *args], capture_output=True, text=True, timeout=300)
    assert run.returncode == status, f"{name} {args}: {run.returncode}: {run.stdout}{run.stderr}"
    return json.loads(run.stdout.splitlines()[-1])


def start_load(server, log, *more):
    load = subprocess.Popen([f"{HERE}/bank_load.py", "--socket", server.socket, "--log", log, *more],
                            stdout=subprocess.PIPE, text=True)
    assert '"ready"' in load.stdout.readline()
    return load


def wait_for_commits(log, count):
    deadline = time.monotonic() + 60
    start = os.path.getsize(log)
    while os.path.getsize(log) < start + count * 60 and time.monotonic() < deadline:
        time.sleep(0.05)


def copy_of(server, base, name):
    """Another server's data directory around a copy of the closed database."""
    shutil.copytree(server.rocksdb, f"{base}/copied")
    other = MariaDb(f"{base}/{name}")
    other.assemble(f"{base}/copied", server.data)
    return other


def drop_index_entry(server):
    """Takes one entry out of account's secondary index, behind the closed server's back."""
    server.start()
    with server.client() as sql:
        number = int(sql.value("SELECT index_number FROM information_schema.rocksdb_ddl WHERE table_schema='bank' "
                               "AND table_name='account' AND index_type=2"))  # MariaDB leaves index_name empty
    server.stop()
    ldb = ["mysql_ldb", f"--db={server.rocksdb}", "--hex"]
    entry = subprocess.run(ldb + [f"--from=0x{number:08X}", "--max_keys=1", "scan"], capture_output=True, text=True,
                           check=True, timeout=60).stdout.split()[0]
    assert entry.startswith(f"0x{number:08X}"), entry
    subprocess.run(ldb + ["delete", entry], check=True, capture_output=True, timeout=60)
    from mariadb_server import own
    own(server.data, server.user)


def start_second(server, binlog):
    """Without the original's binary log, what it had only prepared waits for the operator's word."""
    try:
        server.start()
        return "as it is"
    except ServerError:
        if not binlog:
            raise
    try:
        server.start(extra=["--tc-heuristic-recover=COMMIT"])
        server.stop()
    except ServerError:
        pass  # it settles the transactions and leaves
    server.start()
    return "after --tc-heuristic-recover=COMMIT"


def try_server(base, binlog):
    log, sums = base + "/bank.log", base + "/sums"
    first = MariaDb(base + "/first")
    servers = [first]
    try:
        first.start(binlog=binlog)
        load = start_load(first, log)
        wait_for_commits(log, 1000)
        script("sql_steps.py", "create-index", "--socket", first.socket)
        script("sql_steps.py", "bulk-load", "--socket", first.socket, "--rows", "3000")
        wait_for_commits(log, 1000)
        first.kill()
        load.wait(60)

        killed = copy_of(first, base, "killed")
        servers.append(killed)
        how = start_second(killed, binlog)
        verdict = script("bank_check.py", "--socket", killed.socket, "--log", log, "--expect-last")
        print(f"     killed server's #rocksdb opens {how}: {verdict['commits']}")
        killed.stop()

        first.start(binlog=binlog)
        script("bank_check.py", "--socket", first.socket, "--log", log, "--expect-last")
        assert start_load(first, log, "--commits", "500").wait(60) == 0
        script("sql_steps.py", "sysbench-prepare", "--socket", first.socket, "--rows", "1000")
        script("sql_steps.py", "sysbench-run", "--socket", first.socket, "--rows", "1000", "--seconds", "1")
        verdict = script("bank_check.py", "--socket", first.socket, "--log", log, "--expect-last")
        script("table_checksums.py", "save", "--socket", first.socket, sums)
        first.stop()

        second = copy_of(first, base, "second")
        servers.append(second)
        first.start(binlog=binlog)  # both run side by side
        second.start()
        script("table_checksums.py", "compare", "--socket", second.socket, sums)
        script("bank_check.py", "--socket", second.socket, "--log", log, "--until-hi",
               str(min(verdict["before_ns"].values()) - 1), status=1)
        with second.client("bank") as sql:
            sql.run("UPDATE account SET balance=balance+1 WHERE id=3")
        script("bank_check.py", "--socket", second.socket, "--log", log, status=1)
        script("table_checksums.py", "compare", "--socket", second.socket, sums, status=1)
        with second.client("bank") as sql:
            sql.run("UPDATE account SET balance=balance-1 WHERE id=3")
        script("bank_check.py", "--socket", second.socket, "--log", log, "--expect-last")
        second.stop()
        drop_index_entry(second)
        second.start()
        found = script("bank_check.py", "--socket", second.socket, "--log", log, status=1)
        assert any("index by_branch" in d for d in found["differences"]), found
    finally:
        for server in servers:
            server.kill()


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--binlog", action=argparse.BooleanOptionalAction)
    opt = args.parse_args()
    for binlog in ([False, True] if opt.binlog is None else [opt.binlog]):
        base = tempfile.mkdtemp(prefix="seabed-servers-")
        os.chmod(base, 0o755)
        try:
            try_server(base, binlog)
            print("ok   binlog", "on" if binlog else "off", flush=True)
        finally:
            shutil.rmtree(base, ignore_errors=True)


main()
