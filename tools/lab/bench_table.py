"""Table restore: bytes read from the medium for a table of 1 % of the tenant, as a part of the tenant's data."""
import os
import subprocess
import time

from installation import Installation, Tenant
from measure import compare

FAMILIES = 100


def fill(db, megabytes, families=FAMILIES):
    """A database of that size in equal column families, flushed: db_bench spreads its keys over them."""
    rows = int(megabytes * 1024)
    subprocess.run(["db_bench", "--benchmarks=fillrandom,flush,waitforcompaction", f"--db={db}",
                    f"--num_column_families={families}", f"--num={rows}", "--value_size=1000", "--compression_type=none",
                    "--write_buffer_size=2097152", "--target_file_size_base=4194304", "--seed=7", "--disable_wal=0",
                    "--max_background_jobs=2", "--open_files=500"], check=True, capture_output=True, timeout=1200)


def recover_one(lab, tenant, out):
    """One family of the tenant into SST files; what `table recover` tells of it."""
    database = os.path.basename(lab.tenants[0].streams[1001])
    return lab.cli("table", "recover", *lab.sources(tenant), "--table", f"`{database}`.column_family_name_000001",
                   "--to-sst", out)


def bench_table(b):
    bytes_read, seconds = [], []
    fill(b.db, b.gb * 1024)
    with Installation(b.build, b.base, [Tenant("bench", b.db)]) as lab:
        lab.start_linker("bench")
        lab.start_agent()
        lab.protect("bench")
        lab.backup("bench")
        lab.wait_checkpoint("bench", time.time_ns())
        tenant = 0
        for run in range(b.runs):
            begin = time.monotonic()
            answer = recover_one(lab, "bench", b.scratch(f"sst{run}"))
            seconds.append(time.monotonic() - begin)
            bytes_read.append(answer["medium_bytes"])
            tenant = answer["data_bytes"]
    return [compare(f"table of 1 % of {tenant / 2**30:.2f} GiB: bytes read", "3 % of the tenant", "B", bytes_read,
                    [tenant * 0.03]),
            compare(f"table of 1 % of {tenant / 2**30:.2f} GiB: time", "a minute", "s", seconds, [60.0])]
