"""tools/bench quick, small: it ends, and its rows are there. The requests before the first read are few, whatever the
machine does meanwhile."""
# ctest: timeout=600 labels=full
# case: small
import json
import os
import subprocess
import sys

from case import Skip, run_cases
from served_lab import can_mount

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/lab/bench.py")


def small(case):
    if not can_mount():
        raise Skip("this machine has no FUSE")
    told = f"{case.base}/rows.json"
    run = subprocess.run([sys.executable, BENCH, "--build", case.build, "quick", "--gb", "0.05", "--runs", "1", "--json", told],
                         capture_output=True, text=True, timeout=540)
    case.equal(run.returncode, 0, run.stdout + run.stderr)
    with open(told, encoding="utf-8") as rows:
        found = {row["measure"]: row for row in json.load(rows)}
    for measure in ("first correct read, RGW + 5 ms", "bytes fetched before the first read",
                    "requests before the first read", "scan of a quick tenant, warm cache",
                    "scan by open_quick, warm cache", "db_bench readseq on a mount, warm"):
        case.true(found.get(measure, {}).get("ours", 0) > 0, f"no row of {measure}: {found}")
    case.true(found["requests before the first read"]["ours"] <= 110, f"requests: {found}")


if __name__ == "__main__":
    sys.exit(run_cases({"small": small}))
