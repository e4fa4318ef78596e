#!/usr/bin/python3
"""The oracle tries itself: every flavour is written, killed in the middle, resumed, copied and compared; then a copy
is damaged in ways that a wrong restore would show, and the checker must see each.

  self_test.py BIN_DIR [--only NAME] [--commits N] [--keep]
"""
import argparse, json, os, random, shutil, subprocess, sys, tempfile

FLAVOURS = {
    "plain": "",
    "many-families": "--cfs 40 --memtable-kb 64",
    "two-phase": "--txn --cfs 3",
    "two-phase-queues-manual": "--txn --cfs 3 --two-write-queues --manual-wal-flush --flush-wal-ms 5 --merge",
    "write-prepared": "--txn --write-prepared --cfs 3 --merge",
    "write-prepared-queues": "--txn --write-prepared --two-write-queues --cfs 2",
    "blob": "--blob --cfs 3 --value-size 2000 --memtable-kb 256",
    "wal-compression": "--wal-compression --cfs 3",
    "wal-compression-recycle": "--wal-compression --recycle 2 --memtable-kb 64",
    "delete-range": "--delete-range --cfs 3 --memtable-kb 64",
    "merge": "--merge --cfs 2 --memtable-kb 64",
    "ingest": "--ingest-every 37 --cfs 3",
    "ingest-manual": "--ingest-every 37 --cfs 3 --manual-wal-flush --flush-wal-ms 5",
    "disable-wal": "--disable-wal-every 11 --cfs 3",
    "manual-wal-flush": "--manual-wal-flush --flush-wal-ms 3 --cfs 2",
    "cf-churn": "--cf-churn 100 --cfs 2",
    "cf-churn-two-phase": "--cf-churn 50 --cfs 2 --txn --memtable-kb 64",
    "recycle": "--recycle 3 --memtable-kb 64 --cfs 2",
    "custom-comparator": "--comparator custom --cfs 4 --delete-range --merge --ingest-every 41",
    "encrypted": "--encrypted --cfs 2",
    "stamp": "--stamp --cfs 2",
    "stamp-two-phase": "--stamp --txn --cfs 2",
    "stamp-write-prepared": "--stamp --txn --write-prepared --two-write-queues --cfs 2",
    "sync": "--sync --max-wal-mb 1 --compaction-every 200",
    "everything": "--cfs 5 --blob --merge --delete-range --ingest-every 43 --disable-wal-every 29 --cf-churn 90 "
                  "--wal-compression --comparator custom --memtable-kb 128 --stamp --compaction-every 300",
}


def writer(bins, base, flags, *more):
    return subprocess.run([bins + "/ledger_writer", "--db", base + "/db", "--log", base + "/log", *flags.split(), *more],
                          capture_output=True, text=True, timeout=300)


def check(bins, base, *more, db="copy"):
    run = subprocess.run([bins + "/ledger_check", "--db", f"{base}/{db}", "--log", base + "/log", *more],
                         capture_output=True, text=True, timeout=300)
    try:
        return run.returncode, json.loads(run.stdout)
    except ValueError:
        return run.returncode, {"error": run.stderr or run.stdout}


def copy(base):
    shutil.rmtree(base + "/copy", ignore_errors=True)
    shutil.copytree(base + "/db", base + "/copy")


def must(condition, what, verdict=None):
    if not condition:
        raise AssertionError(f"{what}: {json.dumps(verdict)}")


def try_flavour(bins, base, flags, commits):
    crash = random.Random(1)
    for turn in range(4):  # killed in the middle, thrice; the last time closed cleanly
        run = writer(bins, base, flags, "--abort-after", str(crash.randint(commits // 2, commits)))
        must(run.returncode == -9, f"killed writer ended with {run.returncode}: {run.stderr}")
        copy(base)
        if "--disable-wal" in flags:  # only the next start can tell which commits the crash took
            writer(bins, base, flags, "--commits", "1", "--dirty-exit")
        status, verdict = check(bins, base)
        must(status == 0, f"after crash {turn}", verdict)
    run = writer(bins, base, flags, "--commits", str(commits))
    must(run.returncode == 0, run.stderr)
    last = [json.loads(line) for line in run.stdout.splitlines()][-1]["commit"]
    copy(base)
    status, verdict = check(bins, base, "--expect", str(last))
    must(status == 0, "after a clean close", verdict)
    if "--txn" in flags:
        status, verdict = check(bins, base, "--commit-prepared")
        must(status == 0, "prepared transactions committed", verdict)
        copy(base)
    bound = (verdict["before_ns"], verdict["acked_ns"])
    for more, expected in ((["--until-lo", str(bound[0] - 1), "--until-hi", str(bound[1])], 0),
                           (["--until-hi", str(bound[0] - 1)], 1),
                           (["--expect", str(last - 1)], 1)):
        copy(base)
        status, verdict = check(bins, base, *more)
        must(status == expected, f"interval {more}", verdict)
    return verdict


def try_older_state(bins, base):
    """A copy taken in the middle is behind the log: equal, but not within an interval at the end."""
    must(writer(bins, base, "--cfs 2", "--commits", "500").returncode == 0, "writer")
    copy(base)
    must(writer(bins, base, "", "--commits", "500").returncode == 0, "writer")
    status, verdict = check(bins, base)
    must(status == 0 and verdict["commit"] == 500, "an older state", verdict)
    status, late = check(bins, base, "--until-lo", str(verdict["next_before_ns"] + 10**9))
    must(status == 1 and late["equal"] and not late["interval_ok"], "too old for the interval", late)
    # The restored database goes on: its commits have numbers that the lost line had too, but other bytes.
    shutil.rmtree(base + "/db")
    shutil.copytree(base + "/copy", base + "/db")
    must(writer(bins, base, "", "--commits", "300").returncode == 0, "writer on the restored copy")
    copy(base)
    status, verdict = check(bins, base, "--expect", "800")
    must(status == 0 and verdict["epoch"] == 2, "a line that forked", verdict)


def ldb(base, *args):
    run = subprocess.run(["ldb", f"--db={base}/copy", *args], capture_output=True, text=True, timeout=60)
    must(run.returncode == 0, run.stdout + run.stderr)


def try_damage(bins, base):
    must(writer(bins, base, "--cfs 2", "--commits", "800").returncode == 0, "writer")
    for name, damage in (("changed value", ["put", "a/000020", "1000 n=0 e=0"]), ("lost key", ["delete", "a/000020"]),
                         ("extra key", ["put", "zzz", "1"]), ("lost family", ["drop_column_family", "cf1"]),
                         ("extra family", ["create_column_family", "cf9"]),
                         ("wrong commit number", ["put", "!commit/01", "100001.0"])):
        copy(base)
        ldb(base, *damage)
        status, verdict = check(bins, base)
        must(status == 1 and not verdict["equal"], f"unseen: {name}", verdict)
    copy(base)
    wal = max(f for f in os.listdir(base + "/copy") if f.endswith(".log"))
    os.truncate(f"{base}/copy/{wal}", os.path.getsize(f"{base}/copy/{wal}") // 2)
    status, verdict = check(bins, base)
    must(status == 0 and verdict["commit"] < 800, "a shorter log is an older state", verdict)
    status, verdict = check(bins, base, "--expect", "800")
    must(status == 1, "and not the newest", verdict)


def try_causal(bins, base):
    args = ["--a", base + "/a", "--b", base + "/b", "--log", base + "/log"]
    for more in ([], ["--stamp", "--manual-wal-flush-a"]):
        subprocess.run([bins + "/causal_writer", *args, "--commits", "3000", *more], check=True, timeout=60,
                       capture_output=True)
        if not more:
            shutil.copytree(base + "/a", base + "/old_a")
    run = subprocess.run([bins + "/causal_check", *args], capture_output=True, text=True, timeout=60)
    must(run.returncode == 0 and json.loads(run.stdout)["a"] == 6000, run.stdout)
    args[1] = base + "/old_a"
    run = subprocess.run([bins + "/causal_check", *args], capture_output=True, text=True, timeout=60)
    must(run.returncode == 1 and json.loads(run.stdout)["ahead_ns"] > 0, run.stdout)


def try_bulk(bins, base):
    load = [bins + "/bulk_load", "--db", base + "/db", "--size-mb", "20", "--cfs", "2"]
    for more in ([], ["--verify"], ["--rewrite", "5"], ["--verify"], ["--rewrite", "5", "--run"], ["--verify"]):
        run = subprocess.run(load + more, capture_output=True, text=True, timeout=60)
        must(run.returncode == 0, run.stdout + run.stderr)
    shutil.copytree(base + "/db", base + "/copy")
    shutil.copy(base + "/db.generations", base + "/copy.generations")
    ldb(base, "put", "k/000000000020", "other")
    load[2] = base + "/copy"
    must(subprocess.run(load + ["--verify"], capture_output=True, timeout=60).returncode == 1, "unseen change")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("bins")
    args.add_argument("--only")
    args.add_argument("--commits", type=int, default=1500)
    args.add_argument("--keep", action="store_true")
    opt = args.parse_args()
    cases = {name: (lambda base, flags=flags: try_flavour(opt.bins, base, flags, opt.commits))
             for name, flags in FLAVOURS.items()}
    cases.update({"older-state": lambda base: try_older_state(opt.bins, base),
                  "damage": lambda base: try_damage(opt.bins, base),
                  "causal": lambda base: try_causal(opt.bins, base), "bulk": lambda base: try_bulk(opt.bins, base)})
    failed = []
    for name, case in cases.items():
        if opt.only and opt.only != name:
            continue
        base = tempfile.mkdtemp(prefix="seabed-oracle-")
        try:
            case(base)
            print(f"ok   {name}", flush=True)
        except Exception as error:
            failed.append(name)
            print(f"FAIL {name}: {error}" + (f" [{base}]" if opt.keep else ""), flush=True)
        if not (opt.keep and name in failed):
            shutil.rmtree(base, ignore_errors=True)
    sys.exit(1 if failed else 0)


main()
