"""The admin tools on every medium's real server: they fit, are measured and left clean, and what a job wrote there is dumped."""
# ctest: timeout=300
# case: s3
# case: oss
# case: azblob
# case: nfs lock=rpcbind
import json
import os
import sys

from case import run_cases
from installation import Installation, Tenant
from ledger import Ledger
from ledger_story import pass_time
from medium_test import medium_of


class Tools:
    """The verbs against one medium, its attributes in a file as an operator keeps them."""

    def __init__(self, case, medium):
        self.case, self.medium = case, medium
        self.info = f"{case.base}/storage.info"
        with open(self.info, "w", encoding="ascii") as out:
            out.write("".join(f"{k}={str(v).replace('%', '%25')}\n" for k, v in medium.defaults.items()))
        self.lab = Installation(case.build, f"{case.base}/tools", [])

    def run(self, verb, path, *words, info=None):
        run = self.lab.run("admin", verb, "-d", f"{self.medium.location}/{path}", "-s", f"@{info or self.info}", *words)
        for secret in self.medium.secrets:
            self.case.true(secret not in run.stdout + run.stderr, f"{verb} shows a secret")
        return run

    def answer(self, verb, path, *words):
        run = self.run(verb, path, *words, "--output", "json")
        self.case.equal(run.returncode, 0, f"{verb} {path} {words}: {run.stdout[-2000:]}{run.stderr}")
        return json.loads(run.stdout)

    def objects(self, path):
        run = self.run("dump_backup", path, "--output", "json")
        return [] if run.returncode == 3 else [o["object"] for o in json.loads(run.stdout)["objects"]]


def fits(case, tools):
    report = tools.answer("test_io_device", "admin/io")
    outcomes = {c["operation"]: c["outcome"] for stage in report["stages"] for c in stage["checks"]}
    case.equal((report["fits"], report["left_behind"]), (True, 0), report)
    case.equal(outcomes["append"], "works" if tools.medium.append else "limited", "append")
    case.equal(tools.objects("admin/io"), [], "what test_io_device leaves")


def denied(case, tools):
    """A wrong key: the operation, what it is for and the exit status, and nothing of the key."""
    if not tools.medium.secrets:
        return
    wrong = f"{case.base}/wrong.info"
    with open(tools.info, encoding="ascii") as good, open(wrong, "w", encoding="ascii") as out:
        for line in good:
            key, value = line.rstrip("\n").split("=", 1)
            if key == "access_key":  # another of the same length and alphabet
                value = value.swapcase()
            out.write(f"{key}={value}\n")
    run = tools.run("test_io_device", "admin/io", info=wrong)
    case.equal(run.returncode, 7, run.stdout + run.stderr)
    case.contains(run.stdout, "what would not work: restore and window", "a wrong key")


def measured(case, tools):
    words = ["-t", "2", "-r", "3", "-o", "300K", "-f", "100K"]
    report = tools.answer("io_adapter_benchmark", "admin/bench", "-p", "write", *words)
    case.equal(report["total_throughput_bytes"], 6 * 300 * 1024, "write")
    report = tools.answer("io_adapter_benchmark", "admin/bench", "-p", "read", "-t", "2", "-n", "3", "-f", "10K", "-r", "20")
    case.equal(report["total_throughput_bytes"], 40 * 10 * 1024, "read")
    tools.answer("io_adapter_benchmark", "admin/bench", "-p", "del", "-t", "2", "-r", "3")
    tools.answer("io_adapter_benchmark", "admin/bench", "-p", "append", *words)
    if not tools.medium.append:
        tools.answer("io_adapter_benchmark", "admin/bench", "-p", "read", "-j", "1", *words, "-n", "3")
    tools.answer("io_adapter_benchmark", "admin/bench", "-p", "multi", "-t", "2", "-r", "1", "-o", "9M", "-b", "true", "-c", "true")
    case.equal(tools.objects("admin/bench"), [], "what the benchmark leaves")


def dumped(case, tools):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "256"])
    ledger.start("--rate", "1000", "--seconds", "240")
    case.at_end(ledger.kill)
    with Installation(case.build, f"{case.base}/lab", [Tenant("t", ledger.db)], medium=tools.medium) as lab:
        lab.start_agent()
        lab.protect("t")
        pass_time(lab, "t", 1)
        lab.backup("t")
        lab.cli("archive", "stop", "--tenant", "t")
        lab.wait_archive("t", "STOP")
    ledger.kill()
    roots = {"data": tools.answer("dump_backup", "t/data"), "archive": tools.answer("dump_backup", "t/archive")}
    for root, listed in roots.items():
        case.equal([o for o in listed["objects"] if o["state"] != "whole"], [], f"objects of {root} that are not whole")
    case.equal(roots["data"]["sets"][0]["state"], "SUCCESS", "sets")
    case.equal(roots["archive"]["pieces"][0]["state"], "FROZEN", "pieces")
    seen = {}
    for root, listed in roots.items():
        for item in listed["objects"]:  # one of each kind: each is a process and some requests
            seen.setdefault((root, item["type"]), item["object"])
    for (root, _), name in seen.items():
        answer = tools.answer("dump_backup", f"t/{root}/{name}")
        case.equal(answer["verdict"], "sound", name)
    logs = {o["object"].split(".obarc")[0] + ".obarc" for o in roots["archive"]["objects"] if "/logstream_1001/log/" in o["object"]}
    for name in logs:
        log = tools.answer("dump_backup", f"t/archive/{name}")
        case.equal((log["verdict"], "parts" in log), ("sound", not tools.medium.append), name)
        case.true(log["groups"], f"{name} has no group")
    case.equal(tools.run("dump_backup", "t/data/format.obbak", "-c").stdout, "true\n", "-c")
    missing = tools.run("dump_backup", "t/data/nix.obbak", "-c")
    case.equal((missing.returncode, missing.stdout), (3, "false\n"), "-c of a missing file")


def on(name):
    def body(case):
        tools = Tools(case, medium_of(case, name))
        fits(case, tools)
        denied(case, tools)
        measured(case, tools)
        dumped(case, tools)
    return body


if __name__ == "__main__":
    sys.exit(run_cases({name: on(name) for name in ("s3", "oss", "azblob", "nfs")}))
