"""Drills: a restore on trial, its signed report, and what a damaged medium or a kill makes of it."""
# ctest: timeout=300
# case: passes
# case: damaged
# case: killed
# case: scheduled
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import bounds, pass_time
from observed_lab import lab_of, one, page, port_of, samples

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def story(case, lab=None):
    """A ledger, a full and an incremental backup, log behind them; the writer is gone."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "128"])
    ledger.start("--rate", "1500", "--seconds", "240")
    lab = lab(ledger) if lab else Installation(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    case.at_end(ledger.kill)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    pass_time(lab, "t", 1)
    lab.backup("t")
    pass_time(lab, "t", 1)
    lab.backup("t", incremental=True)
    pass_time(lab, "t", 0.5)
    ledger.kill()
    return ledger, lab


def ledgers_rows(case, ledger, lab, scn):
    """How many rows there were at that moment: of a full restore that the oracle found equal to its commit log."""
    directory = f"{case.base}/full-{len(os.listdir(case.base))}"
    outcome = lab.restore("t", directory, "--until-scn", scn)
    stream = outcome["streams"][0]
    db = stream["directory"].removesuffix(".seabed-standby")
    status, verdict = ledger.check(db, *bounds(stream, int(scn)))
    case.equal(status, 0, f"the oracle: {verdict}")
    return verdict["keys"]


def no_scratch(case, lab):
    case.equal(os.listdir(f"{lab.base}/state/drill-scratch"), [], "the scratch place")


def signed_for_openssl(case, lab, report):
    """The signature by a program that is not ours: OpenSSL's own, over the bytes that docs/format/drill-report.md says."""
    file = json.load(open(report, encoding="utf-8"))
    body = json.dumps(file["body"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with open(f"{case.base}/signed", "wb") as out:
        out.write(b"seabed drill report 1\n" + body.encode())
    with open(f"{case.base}/signature", "wb") as out:
        out.write(bytes.fromhex(file["signature"]["value"]))
    with open(f"{case.base}/key.pem", "w", encoding="utf-8") as out:
        out.write(lab.cli("drill", "key")["public_key"])
    run = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", f"{case.base}/key.pem", "-rawin", "-in",
                          f"{case.base}/signed", "-sigfile", f"{case.base}/signature"], capture_output=True, text=True)
    case.contains(run.stdout, "Verified Successfully", run.stderr)


def drilled(case, ledger, lab, method, *more):
    """The body of the checked report of a drill that passed, its rows compared with the ledger's."""
    drill = lab.cli("drill", "run", "--tenant", "t", *more)
    case.equal((drill["status"], drill["method"]), ("PASSED", method), str(drill))
    no_scratch(case, lab)
    case.equal(glob.glob(f"{case.base}/media/t/*/readers/*"), [], "a reader lease was left")
    body = lab.cli("drill", "verify", drill["report"])["report"]
    case.equal(body["rows"], ledgers_rows(case, ledger, lab, body["target_scn"]), f"rows of {more}")
    case.equal(body["rows"], sum(f["rows"] for f in body["streams"][0]["families"]))
    return body


def passes(case):
    ledger, lab = story(case)
    latest = drilled(case, ledger, lab, "quick")
    again = drilled(case, ledger, lab, "full", "--full", "--moment", latest["target_scn"])
    case.equal(again["target_scn"], latest["target_scn"], "the same moment")
    case.equal(again["streams"], latest["streams"], "quick and full read other rows")
    case.true(latest["medium_bytes"] > 0 and again["medium_bytes"] == 0, "what was read of the medium")
    drilled(case, ledger, lab, "quick", "--moment", "random")
    report = lab.cli("drill", "status")[0]["report"]
    case.equal([d["status"] for d in lab.cli("drill", "status", "--tenant", "t")], ["PASSED"] * 3)
    signed_for_openssl(case, lab, report)
    case.equal(os.stat(f"{lab.base}/state/drill_key.pem").st_mode & 0o777, 0o600, "the key's mode")
    changed = f"{case.base}/changed.json"
    text = open(report, "rb").read()
    with open(changed, "wb") as out:
        out.write(text.replace(b'"rows": ', b'"rows": 1', 1))
    case.equal(lab.refused("drill", "verify", changed).status, 5, "a changed report")
    other = Installation(case.build, f"{case.base}/other", [], cluster="other", cluster_id=7)
    case.equal(other.refused("drill", "verify", report).status, 3, "without any key")
    other.cli("drill", "key")
    case.equal(other.refused("drill", "verify", report).status, 7, "another cluster's key")
    case.equal(other.cli("drill", "verify", report, "--public-key", f"{case.base}/key.pem")["signature"], "holds")
    lab.stop_agent()
    case.equal(lab.cli("drill", "run", "--tenant", "t")["status"], "PASSED", "without an agent")
    case.equal(lab.refused("drill", "run", "--tenant", "nobody").status, 3, "an unknown tenant")


def failed_report(case, lab, error):
    """The signed report of the drill that just failed."""
    report = re.search(r"/\S+drill-reports/[^\s)\"]+\.json", error.stderr).group(0)
    run = lab.run("drill", "verify", report, "--output", "json")
    case.equal(run.returncode, 4, f"the report of a failed drill: {run.stdout}{run.stderr}")
    no_scratch(case, lab)
    return json.loads(run.stdout)["report"]


def damaged(case):
    _, lab = story(case)
    media = f"{case.base}/media/t"
    shutil.copytree(media, f"{case.base}/good")
    newest = [p for p in glob.glob(f"{media}/data/**/macro_block_data.*", recursive=True)
              if "backup_set_2_inc" in p and ("/major_data" in p or "/minor_data" in p)]
    data = max(newest, key=os.path.getsize)  # all of it is part of the latest moment's base
    with open(data, "r+b") as file:
        file.seek(os.path.getsize(data) // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 0x10]))
    for more in ([], ["--full"]):
        error = lab.refused("drill", "run", "--tenant", "t", *more)
        case.equal(error.status, 5, error.stderr)
        body = failed_report(case, lab, error)
        case.equal(body["result"], "FAILED")
        case.contains(json.dumps(body["error"]), os.path.basename(data), f"the object is not named: {more}")
        case.contains(json.dumps(body["error"]), os.path.relpath(os.path.dirname(data), media).split("/")[1], "nor its set")
    case.equal(lab.cli("drill", "status")[0]["status"], "FAILED")
    lab.kill_agent()  # it archives still; the next drill runs in the program's own process
    shutil.rmtree(media)
    os.rename(f"{case.base}/good", media)
    logs = sorted(glob.glob(f"{media}/archive/**/log/*.obarc", recursive=True))
    case.true(len(logs) > 0, "no log on the medium")
    os.remove(logs[0])
    error = lab.refused("drill", "run", "--tenant", "t")
    body = failed_report(case, lab, error)
    case.contains(json.dumps(body["error"]), os.path.basename(logs[0]), "the removed log file is not named")


def killed(case):
    _, lab = story(case)
    for state in ("drill/RESTORING", "restore/RESTORE_WAIT_LS", "drill/SCANNING"):
        lab.stop_agent()
        lab.start_agent(env={"SEABED_TEST_KILL_AT": state})
        lab.run("drill", "run", "--tenant", "t", "--background")  # the answer may die with the agent
        wait_until(lambda: lab.agent.poll() is not None, 60, f"the kill at {state}")
        case.equal(lab.agent.returncode, -signal.SIGKILL, state)
        if state != "drill/RESTORING":
            case.true(glob.glob(f"{case.base}/media/t/data/readers/*drill*"), "no reader lease was taken")
        lab.start_agent()
        lost = lab.cli("drill", "status")[0]
        case.equal(lost["status"], "FAILED", f"{state}: {lost}")
        case.contains(lost["comment"], "ended while")
        case.equal(lab.cli("drill", "run", "--tenant", "t")["status"], "PASSED", state)
        no_scratch(case, lab)


def scheduled(case):
    told = f"{case.base}/told"
    script = f"{case.base}/tell"
    with open(script, "w", encoding="utf-8") as out:
        out.write(f"#!/bin/sh\ncat >> {told}\n")
    os.chmod(script, 0o755)
    extra = (f'[metrics]\nlisten = "127.0.0.1:0"\n[alert]\ncommand = ["{script}"]\ncheck_interval_ms = 100\n'
             '[drill]\nmoment = "random"\n')
    _, lab = story(case, lambda ledger: lab_of(case, ledger, extra))
    case.equal(lab.cli("drill", "status"), [], "nobody asked for a drill")
    lab.say(extra + 'every = "1s"\n')
    lab.cli("config", "reload")
    wait_until(lambda: any(d["status"] == "PASSED" and d["scheduled"] for d in lab.cli("drill", "status")), 60, "a drill")
    found = samples(page(port_of(lab))[1])
    case.true(one(found, "seabed_drill_last_pass_rows", tenant="t") > 0, "the page")
    os.rename(f"{case.base}/media/t/data", f"{case.base}/gone")
    wait_until(lambda: os.path.exists(told) and '"drill_failed"' in open(told, encoding="utf-8").read(), 60, "the alert")
    case.true(one(samples(page(port_of(lab))[1]), "seabed_drill_last_failure_timestamp_seconds", tenant="t") > 0, "the page")
    lab.say(extra + 'every = "7 days"\n')
    case.equal(lab.refused("config", "reload").status, 2, "a time that is none")


if __name__ == "__main__":
    sys.exit(run_cases({"passes": passes, "damaged": damaged, "killed": killed, "scheduled": scheduled}))
