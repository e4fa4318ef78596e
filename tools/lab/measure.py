"""Paired measurements: ours and a peer's in turn, in one run; the ratio of each pair, its median and its spread."""
import json
import os
import statistics
import subprocess
import time


def timed(*command, **kwargs):
    """Seconds that a command took, its output written out to the disk included."""
    start = time.monotonic()
    subprocess.run([str(c) for c in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **kwargs)
    os.sync()
    return time.monotonic() - start


def settle():
    """Nothing of an earlier run is left to be written."""
    os.sync()


def compare(measure, peer, unit, ours, theirs, more_is_better=False):
    """A row of the report; ratio > 1: we are better. `ours` and `theirs` are paired lists."""
    ratios = [(o / t if more_is_better else t / o) for o, t in zip(ours, theirs)]
    return {"measure": measure, "ours": round(statistics.median(ours), 4), "peer": peer,
            "peer_value": round(statistics.median(theirs), 4), "unit": unit,
            "ratio": round(statistics.median(ratios), 3), "low": round(min(ratios), 3),
            "high": round(max(ratios), 3), "runs": len(ratios)}


def percentile(values, p):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))]


def show(rows):
    print(f"{'measure':44} {'ours':>10} {'peer':>26} {'value':>10} {'unit':6} {'ratio':>7}  spread")
    for r in rows:
        print(f"{r['measure']:44} {r['ours']:>10} {r['peer']:>26} {r['peer_value']:>10} {r['unit']:6} {r['ratio']:>7}"
              f"  {r['low']}–{r['high']} ({r['runs']} runs)")


def write_json(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(rows, out, indent=1)


def tree_bytes(path):
    return sum(os.path.getsize(os.path.join(folder, f)) for folder, _, files in os.walk(path) for f in files)


def memory(pid, which="VmRSS"):
    """Resident memory of a process in bytes."""
    with open(f"/proc/{pid}/status", encoding="ascii") as text:
        return next(int(line.split()[1]) * 1024 for line in text if line.startswith(which))


def peak_memory(pid):
    return memory(pid, "VmHWM")


def cpu_seconds(pid):
    """User and system time of a process and all its threads so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as text:
        fields = text.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
