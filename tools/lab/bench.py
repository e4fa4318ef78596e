#!/usr/bin/python3
"""Seabed against its peers; run by tools/bench."""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

from installation import Installation, Tenant, remove
from measure import compare, cpu_seconds, memory, peak_memory, percentile, settle, show, timed, tree_bytes, write_json


class BenchInstallation(Installation):
    """Its data destination can be another one for each run."""
    turn = 0

    def data_directory(self, tenant):
        return f"{self.base}/media/{tenant}/data{self.turn}"

    def data_uri(self, tenant):
        return "file://" + self.data_directory(tenant)


class Bench:
    def __init__(self, options, base):
        self.build, self.base, self.gb, self.runs = options.build, base, options.gb, options.runs
        self.db = os.path.join(base, "bench.db")

    def load(self, *more):
        subprocess.run([f"{self.build}/bin/bulk_load", "--db", self.db, "--size-mb", str(int(self.gb * 1024)), *more],
                       check=True, stdout=subprocess.DEVNULL)
        settle()

    def lab(self):
        return BenchInstallation(self.build, self.base, [Tenant("bench", self.db)])

    def scratch(self, name):
        path = os.path.join(self.base, name)
        remove(path)
        return path

    def pairs(self, ours, theirs):
        """runs × (ours, theirs), the order changing from pair to pair."""
        mine, others = [], []
        for run in range(self.runs):
            for kind in (0, 1) if run % 2 == 0 else (1, 0):
                settle()
                (mine if kind == 0 else others).append((ours, theirs)[kind]())
        return mine, others

    def rounds(self, *kinds):
        """runs × one of each kind, another one first each time."""
        out = [[] for _ in kinds]
        for run in range(self.runs):
            for turn in range(len(kinds)):
                kind = (run + turn) % len(kinds)
                settle()
                out[kind].append(kinds[kind]())
        return out


class Restic:
    """A repository of its own in an empty directory."""

    def __init__(self, directory):
        self.env = dict(os.environ, RESTIC_PASSWORD="bench")
        self.command = ["restic", "-q", "--no-cache", "-r", directory]
        subprocess.run([*self.command, "init"], env=self.env, check=True, stdout=subprocess.DEVNULL)

    def backup(self, directory):
        return timed(*self.command, "backup", directory, env=self.env)

    def restore(self, target):
        return timed(*self.command, "restore", "latest", "--target", target, env=self.env)


def full_backup(lab):
    """Into an empty destination, as the peers write into an empty directory: what lies there already keeps the disk and
    the page cache busy, ours or theirs."""
    old = lab.data_directory("bench")
    lab.turn += 1
    lab.cli("backup", "set-dest", "--tenant", "bench", "--location", lab.data_uri("bench"))
    remove(old)
    settle()
    start = time.monotonic()
    lab.backup("bench")
    os.sync()
    return time.monotonic() - start


def bench_backup(b):
    b.load()
    rows = []
    with b.lab() as lab:
        lab.start_linker("bench")
        lab.start_agent()
        lab.protect("bench")
        full_backup(lab)  # warm: both sides read from the page cache

        def copy():
            return timed("cp", "-r", b.db, b.scratch("copy"))

        def engine(threads):
            target = b.scratch(f"engine{threads}")
            return timed("ldb", f"--db={b.db}", "backup", f"--backup_dir={target}", f"--num_threads={threads}")

        def restic():
            repository = Restic(b.scratch("restic"))
            return repository.backup(b.db)

        for name, peer in (("cp -r + sync", copy), ("ldb backup, 1 thread", lambda: engine(1)),
                           ("ldb backup, 2 threads", lambda: engine(2)), ("restic backup", restic)):
            rows.append(compare(f"full backup of {b.gb:g} GB", name, "s", *b.pairs(lambda: full_backup(lab), peer)))
    return rows


def bench_incremental(b):
    return incremental(b, "metadata") + incremental(b, "zstd")


def incremental(b, compression):
    """With the tenant's backup_compression."""
    peers = ("cp -r + sync", "ldb backup, 1 thread", "ldb backup, 2 threads", "restic backup")
    times, ours_bytes, peer_bytes = {name: [] for name in ("ours", *peers)}, [], []
    for run in range(b.runs):
        remove(b.db)
        b.load()
        with b.lab() as lab:
            remove(os.path.join(b.base, "media"))
            remove(os.path.join(b.base, "state"))
            for leftover in ("catalog.db", "catalog.db-wal", "catalog.db-shm"):
                if os.path.exists(f"{b.base}/{leftover}"):
                    os.remove(f"{b.base}/{leftover}")
            lab.start_agent()
            lab.cli("parameter", "set", "--tenant", "bench", "backup_compression", compression)
            lab.protect("bench")
            lab.backup("bench")
            engines = {n: b.scratch(f"engine{n}") for n in (1, 2)}
            restic = Restic(b.scratch("restic"))

            def ldb(threads):
                return timed("ldb", f"--db={b.db}", "backup", f"--backup_dir={engines[threads]}", f"--num_threads={threads}")

            ldb(1), ldb(2), restic.backup(b.db)
            b.load("--rewrite", "5")
            lab.wait_checkpoint("bench", time.time_ns())

            def ours():
                before = tree_bytes(lab.data_directory("bench"))
                start = time.monotonic()
                lab.backup("bench", incremental=True)
                os.sync()
                seconds = time.monotonic() - start
                ours_bytes.append(tree_bytes(lab.data_directory("bench")) - before)
                return seconds

            def two_threads():
                before = tree_bytes(engines[2])
                seconds = ldb(2)
                peer_bytes.append(tree_bytes(engines[2]) - before)
                return seconds

            kinds = {"ours": ours, peers[0]: lambda: timed("cp", "-r", b.db, b.scratch("copy")), peers[1]: lambda: ldb(1),
                     peers[2]: two_threads, peers[3]: lambda: restic.backup(b.db)}
            for name in list(kinds)[run % 2 * 2:] + list(kinds)[:run % 2 * 2]:
                settle()
                times[name].append(kinds[name]())
    title = f"incremental after 5 % of {b.gb:g} GB, backup_compression={compression}: "
    return [*(compare(title + "time", name, "s", times["ours"], times[name]) for name in peers),
            compare(title + "bytes", peers[2], "B", ours_bytes, peer_bytes)]


DB_BENCH = ("--value_size=1000", "--num=200000", "--compression_type=none")


def compact(db):
    """What the run before left to be compacted would be the next one's work."""
    subprocess.run(["db_bench", "--benchmarks=compact", "--use_existing_db=1", f"--db={db}", *DB_BENCH],
                   check=True, capture_output=True)
    settle()


def db_bench(db, operations):
    """MB/s of an overwrite run."""
    run = subprocess.run(["db_bench", "--benchmarks=overwrite", "--use_existing_db=1", f"--db={db}", *DB_BENCH,
                          f"--writes={operations}", "--seed=7"], check=True, capture_output=True, text=True)
    return float(re.search(r"overwrite.*?([\d.]+) MB/s", run.stdout).group(1))


class LagWatch:
    """Samples how far the checkpoint on the medium is behind the clock, while a block runs. It looks at the directory, not
    through the agent: a process a sample would cost the writer more than what is measured."""

    def __init__(self, archive):
        self.directories = glob.glob(f"{archive}/**/checkpoint", recursive=True)
        self.samples, self.stop = [], threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def newest(self):
        names = (re.fullmatch(r"checkpoint\.(\d+)\.obarc", n) for d in self.directories for n in os.listdir(d))
        return max(int(n.group(1)) for n in names if n)

    def watch(self):
        while not self.stop.wait(0.05):
            newest = self.newest()
            self.samples.append((time.time_ns() - newest) / 1e9)

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


class PlainCopier:
    """The floor: what it costs on this machine to copy the log at all (log_copier.py)."""

    def __init__(self, db, target):
        os.makedirs(target)
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "log_copier.py")
        self.process = subprocess.Popen([sys.executable, script, db, target])

    def stop(self):
        self.process.terminate()
        self.process.wait()


def bench_archive(b):
    operations = int(b.gb * 1024 * 1024)
    log_gb = operations * 1016 / 1e9
    subprocess.run(["db_bench", "--benchmarks=fillseq", f"--db={b.db}", *DB_BENCH], check=True, capture_output=True)
    lags, cpu, copier_cpu = [], [], []
    with b.lab() as lab:
        linker = lab.start_linker("bench")
        lab.start_agent()
        lab.protect("bench")
        archive = lab.archive_uri("bench").removeprefix("file://")

        def seabed_cpu():
            return cpu_seconds(lab.agent.pid) + cpu_seconds(linker.pid)

        def attached():
            nonlocal linker
            if not lab.agent:
                linker = lab.start_linker("bench")
                lab.start_agent()
                lab.cli("archive", "start", "--tenant", "bench")
                lab.wait_archive("bench")
                lab.wait_checkpoint("bench", time.time_ns(), 300)
            compact(b.db)
            used = seabed_cpu()
            with LagWatch(archive) as watch:
                speed = db_bench(b.db, operations)
            lab.wait_checkpoint("bench", time.time_ns(), 300)
            cpu.append((seabed_cpu() - used) / log_gb)
            lags.extend(watch.samples)
            return speed

        def detach():
            """Nothing keeps the log meanwhile: the round ends here, and the next run begins another."""
            if lab.agent:
                lab.cli("archive", "stop", "--tenant", "bench")
                lab.wait_archive("bench", "STOP")
            lab.stop()

        def alone():
            detach()
            compact(b.db)
            return db_bench(b.db, operations)

        def beside_copier():
            detach()
            compact(b.db)
            copier = PlainCopier(b.db, b.scratch("copied"))
            try:
                speed = db_bench(b.db, operations)
                copier_cpu.append(cpu_seconds(copier.process.pid) / log_gb)
            finally:
                copier.stop()
                b.scratch("copied")
            return speed

        ours, floor, theirs = b.rounds(attached, beside_copier, alone)
    rows = [compare("writer's throughput while archived", "the writer alone", "MB/s", ours, theirs, True),
            compare("the floor: writer beside a plain copier", "the writer alone", "MB/s", floor, theirs, True),
            compare("writer's throughput while archived", "beside a plain copier", "MB/s", ours, floor, True),
            compare("CPU of agent and linker for 1 GB of log", "a plain copier", "s", cpu, copier_cpu)]
    limit = 1.0
    for p in (50, 99):
        lag = percentile(lags, p)
        rows.append({"measure": f"archive lag at full write rate, p{p}", "ours": round(lag, 4), "peer": "1 s",
                     "peer_value": limit, "unit": "s", "ratio": round(limit / lag, 3), "low": round(limit / max(lags), 3),
                     "high": round(limit / min(lags), 3), "runs": len(lags)})
    return rows


def bench_restore(b):
    """Each into an empty directory, and the open that replays the log. What is copied, and what the open of the plain copy
    replays, are the very files that Seabed's restore made; BackupEngine and restic keep the database as it stands then."""
    b.load()
    with b.lab() as lab:
        lab.start_linker("bench")
        lab.start_agent()
        lab.protect("bench")
        lab.backup("bench")
        b.load("--rewrite", "30")
        lab.wait_checkpoint("bench", time.time_ns(), 300)
        target = b.scratch("restored")
        files, kept, copy = os.path.join(target, os.path.basename(b.db)), b.scratch("same"), b.scratch("copy")
        engine, restic = b.scratch("engine"), Restic(b.scratch("restic"))
        timed("ldb", f"--db={b.db}", "backup", f"--backup_dir={engine}", "--num_threads=2")
        restic.backup(b.db)
        opens, plain_opens = [], []

        def open_it(directory):
            return timed("ldb", f"--db={directory}", "put", "zz", "1")

        def ours():
            remove(target)
            start = time.monotonic()
            lab.restore("bench", target)
            os.sync()
            copied = time.monotonic() - start
            remove(kept)
            subprocess.run(["cp", "-r", files, kept], check=True)
            settle()
            opens.append(open_it(files))
            return copied + opens[-1]

        def plain():
            copied = timed("cp", "-r", kept, b.scratch("copy"))
            plain_opens.append(open_it(copy))
            return copied + plain_opens[-1]

        def ldb():
            there = b.scratch("from-engine")
            return timed("ldb", f"--db={there}", "restore", f"--backup_dir={engine}", "--num_threads=2") + open_it(there)

        def from_restic():
            there = b.scratch("from-restic")
            return restic.restore(there) + open_it(there + b.db)

        ours()
        opens.clear()
        mine, *others = b.rounds(ours, plain, ldb, from_restic)
    title = f"full restore of {b.gb:g} GB + replay by open"
    peers = ("cp -r + sync + open", "ldb restore + open", "restic restore + open")
    return [*(compare(title, name, "s", mine, other) for name, other in zip(peers, others)),
            compare("the open that replays, alone", "of a plain copy of the same files", "s", opens, plain_opens)]


def bench_memory(b):
    """The same memory for a small and a large database, of agent + linker: at the most, and some seconds after the last
    backup; `ours` is the larger one's."""
    peaks, calm = [], []
    for gb in (b.gb, b.gb * 8):
        remove(b.db)
        size = Bench(argparse.Namespace(build=b.build, gb=gb, runs=1), os.path.join(b.base, f"m{gb:g}"))
        os.makedirs(size.base)
        size.load()
        with size.lab() as lab:
            linker = lab.start_linker("bench")
            lab.start_agent()
            lab.protect("bench")
            lab.backup("bench")
            size.load("--rewrite", "5")
            lab.backup("bench", incremental=True)
            peaks.append((peak_memory(lab.agent.pid) + peak_memory(linker.pid)) / 2**20)
            time.sleep(5)
            calm.append((memory(lab.agent.pid) + memory(linker.pid)) / 2**20)
        remove(size.base)
    return [compare(f"peak memory at {b.gb * 8:g} GB", "256 MiB", "MiB", [peaks[1]], [256.0]),
            compare(f"peak memory at {b.gb * 8:g} GB", f"at {b.gb:g} GB", "MiB", [peaks[1]], [peaks[0]]),
            compare(f"memory at rest behind {b.gb * 8:g} GB", f"behind {b.gb:g} GB", "MiB", [calm[1]], [calm[0]])]


def bench_media(b):
    from bench_media import bench_nfs, bench_s3  # boto3 is needed here only
    return bench_s3(b) + bench_nfs(b)


def bench_quick(b):
    from bench_quick import bench_quick as measure_quick
    return measure_quick(b)


def bench_table(b):
    from bench_table import bench_table as measure_table
    return measure_table(b)


def bench_standby(b):
    from bench_standby import bench_standby as measure_standby
    return measure_standby(b)


BENCHES = {"standby": bench_standby, "table": bench_table, "quick": bench_quick, "media": bench_media, "backup": bench_backup, "incremental": bench_incremental, "archive": bench_archive,
           "restore": bench_restore, "memory": bench_memory}


def main():
    args = argparse.ArgumentParser(prog="tools/bench")
    args.add_argument("bench", choices=BENCHES)
    args.add_argument("--build", required=True, help=argparse.SUPPRESS)
    args.add_argument("--gb", type=float, default=1.0)
    args.add_argument("--runs", type=int, default=5)
    args.add_argument("--json")
    options = args.parse_args()
    base = tempfile.mkdtemp(prefix="seabed-bench-", dir="/var/tmp")
    try:
        rows = BENCHES[options.bench](Bench(options, base))
    finally:
        remove(base)
    show(rows)
    if options.json:
        write_json(options.json, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
