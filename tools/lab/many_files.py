"""A database of very many small SSTs through snapshot, full, incremental, verify, restore and drill: time, CPU and memory of
each. Make one with db_bench (docs/performance.md), then: SEABED_BUILD=build python3 tools/lab/many_files.py SCRATCH DB"""
import json
import os
import sys
import time

from installation import Installation, Tenant, remove


def agent_cpu(lab):
    with open(f"/proc/{lab.agent.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def agent_peak_mib(lab):
    with open(f"/proc/{lab.agent.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))


def step(lab, name, call):
    start, own, agent = time.monotonic(), os.times(), agent_cpu(lab)
    call()
    now = os.times()
    print(json.dumps({"step": name, "seconds": round(time.monotonic() - start, 2),
                      "program_cpu": round(now.children_user + now.children_system - own.children_user - own.children_system, 2),
                      "agent_cpu": round(agent_cpu(lab) - agent, 2), "agent_peak_mib": agent_peak_mib(lab)}), flush=True)


def main(base, db):
    os.makedirs(base)
    lab = Installation(os.environ["SEABED_BUILD"], base, [Tenant("t", db)])
    print(json.dumps({"files": sum(name.endswith(".sst") for name in os.listdir(db))}))
    lab.start_agent()
    try:
        step(lab, "attach", lambda: lab.protect("t"))
        step(lab, "full", lambda: lab.backup("t"))
        step(lab, "incremental", lambda: lab.backup("t", incremental=True))
        step(lab, "verify", lambda: lab.cli("verify", *lab.sources("t")))
        step(lab, "restore", lambda: lab.restore("t", f"{base}/restored"))
        step(lab, "drill", lambda: lab.cli("drill", "run", "--tenant", "t"))
    finally:
        lab.stop()
        remove(base)


if __name__ == "__main__":
    main(*sys.argv[1:3])
