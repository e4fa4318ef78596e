"""Quick restore on Ceph RGW with 5 ms added to every request, against a full restore of the same tenant."""
import json
import os
import re
import subprocess
import sys
import time

from installation import Installation, Tenant, remove
from measure import compare, settle, tree_bytes

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/servers"))
import media  # noqa: E402
from ceph_rgw import CephRgw  # noqa: E402
from fault_proxy import FaultProxy  # noqa: E402


LONGEST = 900  # seconds, of any one program here: a bench that hangs ends


class Lab:
    """A tenant of --gb on RGW, its full backup; `reader` is a machine that reaches RGW through the proxy."""

    def __init__(self, b, server):
        self.b = b
        facts = server.start(gigabytes=int(b.gb * 3) + 4)
        media.make_s3_bucket(facts, media.BUCKET)
        keys = {"access_id": facts["access_id"], "access_key": facts["access_key"]}
        direct = media.Medium("s3://seabed/bench", {"host": f"http://s3.localhost:{facts['port']}", **keys}, append=False)
        b.load()
        self.size = tree_bytes(b.db)
        with Installation(b.build, b.base, [Tenant("bench", b.db)], medium=direct) as lab:
            lab.start_linker("bench")
            lab.start_agent()
            lab.protect("bench")
            lab.backup("bench")
            self.sources = lab.sources("bench")
        self.proxy = FaultProxy(facts["port"])
        port = self.proxy.start()
        self.proxy.add("latency", ms=5, requests=True)
        far = media.Medium(direct.location, {"host": f"http://s3.localhost:{port}", **keys}, append=False)
        self.keys = {"host": f"http://s3.localhost:{port}", **keys}
        self.reader = Installation(b.build, b.base + "/reader", [], cluster="reader", cluster_id=9, medium=far)

    def restore(self, name, *more):
        directory = self.b.scratch(name)
        self.reader.cli("restore", *self.sources, "--directory", directory, *more)
        return directory

    def first_read(self, directory, key):
        return self.reader.cli("tenant", "get", "--directory", directory, "--key-hex", key)["value_hex"]


def db_bench_scan(db):
    """MB/s of reading everything in order, the second time."""
    speeds = []
    for _ in range(2):
        run = subprocess.run(["db_bench", "--benchmarks=readseq", "--use_existing_db=1", "--readonly=1", f"--db={db}",
                              "--num=1000000000", "--reads=1000000000", "--cache_size=1048576", "--threads=1"],
                             check=True, capture_output=True, text=True, timeout=LONGEST)
        speeds.append(float(re.search(r"readseq.*?([\d.]+) ops/sec", run.stdout).group(1)))
    return speeds[-1]


def scans(b, lab, quick, full):
    rows = []
    where = b.base + "/mnt"

    def count(directory):
        start = time.monotonic()
        rows_found = lab.reader.cli("tenant", "count", "--directory", directory)["rows"]
        return rows_found / (time.monotonic() - start)

    def by_program(directory):
        """A C++ program with open_quick."""
        run = subprocess.run([f"{b.build}/bin/quick_copy", directory, os.path.realpath(f"{b.build}/drivers"), "-",
                              *(f"{k}={v}" for k, v in lab.keys.items())],
                             check=True, capture_output=True, text=True, timeout=LONGEST, env=lab.reader.env)
        told = json.loads(run.stdout)
        return told["rows"] / told["seconds"]

    count(quick), count(full)  # warm: the page cache on the disk, the kernel's for the local one
    rows.append(compare("scan of a quick tenant, warm cache", "of a full one, same program", "rows/s",
                        *b.pairs(lambda: count(quick), lambda: count(full)), True))
    rows.append(compare("scan by open_quick, warm cache", "of a full one, same program", "rows/s",
                        *b.pairs(lambda: by_program(quick), lambda: by_program(full)), True))
    lab.reader.cli("mount", quick, where)
    try:
        lab.reader.cli("tenant", "activate", "--directory", full)
        local = os.path.join(full, os.path.basename(b.db))
        rows.append(compare("db_bench readseq on a mount, warm", "on a local database", "rows/s",
                            *b.pairs(lambda: db_bench_scan(where), lambda: db_bench_scan(local)), True))
    finally:
        lab.reader.cli("unmount", where, "--force")
    return rows


def bench_quick(b):
    server = CephRgw(b.base + "/rgw")
    try:
        lab = Lab(b, server)
        full = lab.restore("full")
        row = lab.reader.cli("tenant", "scan", "--directory", full, "--limit", 1)[0]
        fetched, asked = [], []

        def quick_first():
            remove(b.base + "/quick")
            before, requests, start = lab.proxy.bytes_down, len(lab.proxy.requests), time.monotonic()
            assert lab.first_read(lab.restore("quick", "--method", "quick"), row["key_hex"]) == row["value_hex"]
            seconds = time.monotonic() - start
            fetched.append(lab.proxy.bytes_down - before)
            asked.append(len(lab.proxy.requests) - requests)
            return seconds

        def full_first():
            settle()
            start = time.monotonic()
            assert lab.first_read(lab.restore("full"), row["key_hex"]) == row["value_hex"]
            return time.monotonic() - start

        rows = [compare("first correct read, RGW + 5 ms", "full restore", "s", *b.pairs(quick_first, full_first))]
        limit = 0.02 * lab.size
        rows.append(compare("bytes fetched before the first read", "2 % of the tenant", "B", fetched, [limit] * len(fetched)))
        rows.append(compare("requests before the first read", "110, one behind the other", "", asked, [110] * len(asked)))
        return rows + scans(b, lab, b.base + "/quick", b.base + "/full")
    finally:
        server.stop()
