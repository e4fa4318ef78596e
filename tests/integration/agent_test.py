"""The agent's life: socket, signals, kill -9 and restart, two agents, and the CLI with and without it."""
# ctest: timeout=180
# case: socket
# case: stop
# case: killed
# case: two-agents
# case: same-answers
# case: bad-requests
# case: without-agent
# case: doctor
# case: progress
# case: cancel
# case: linker-process
# case: stale-catalog
# case: lost-catalog
import json
import os
import pty
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import compare, pass_time


def lab_of(case, live=False):
    streams = f"{case.base}/none.db"
    if live:
        ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256"])
        ledger.start("--rate", "500", "--seconds", "150")
        case.at_end(ledger.kill)
        streams = ledger.db
    lab = Installation(case.build, case.base, [Tenant("t", streams)], limits={"lease_ms": 1000})
    case.at_end(lab.stop)
    return lab


def open_socket(case):
    lab = lab_of(case)
    lab.start_agent()
    mode = os.stat(lab.socket).st_mode
    case.true(stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600, f"mode of the socket: {oct(mode)}")
    case.equal(stat.S_IMODE(os.stat(f"{case.base}/catalog.db").st_mode), 0o600, "mode of the catalog")
    if os.geteuid() == 0:
        pid = os.fork()
        if pid == 0:  # another user of the machine
            os.chmod(case.base, 0o755)
            os.setgid(65534)
            os.setuid(65534)
            try:
                socket.socket(socket.AF_UNIX).connect(lab.socket)
            except PermissionError:
                os._exit(13)
            os._exit(0)
        case.equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 13, "another user is turned away")


def stop(case):
    for sig in (signal.SIGTERM, signal.SIGINT):
        lab = lab_of(case)
        lab.start_agent()
        agent = lab.agent
        lab.stop_agent(sig)
        case.equal(agent.returncode, 0, f"exit status after {sig}")
        case.true(not os.path.exists(lab.socket), "the socket is gone")
        case.equal(lab.run("tenant", "list").returncode, 0, "the catalog is free")


def killed(case):
    lab = lab_of(case, live=True)
    lab.start_agent()
    lab.protect("t")
    before = lab.backup("t")
    for _ in range(3):
        lab.kill_agent()
        case.true(os.path.exists(lab.socket), "kill -9 leaves the socket")
        status = lab.archive_status("t")  # in process, beside a dead socket
        case.equal((status["status"], status["agent"]), ("DOING", False), "what the catalog says")
        lab.start_agent()
        lab.wait_archive("t")
        lab.wait_checkpoint("t", time.time_ns())
    case.equal(lab.cli("backup", "list", "--tenant", "t")[-1]["backup_set_id"], before["backup_set_id"], "sets")
    case.equal(lab.archive_status("t")["round_id"], 1, "the round goes on")


def two_agents(case):
    lab = lab_of(case)
    lab.start_agent()
    second = lab.run("agent", timeout=60)
    case.equal(second.returncode, 4, f"a second agent: {second.stderr}")
    case.contains(second.stderr, str(lab.agent.pid), "the owner is named")
    case.true(lab.agent_answers(), "the first still answers")


def same_answers(case):
    lab = lab_of(case)
    lab.cli("archive", "set-dest", "--tenant", "t", "--location", lab.archive_uri("t"))
    questions = [["tenant", "list"], ["tenant", "show", "--tenant", "t"], ["backup", "list", "--tenant", "t"],
                 ["parameter", "show", "--tenant", "t"], ["sql", "SELECT * FROM CDB_OB_ARCHIVE_DEST"]]
    alone = [lab.cli(*q) for q in questions]
    refused = lab.refused("backup", "start", "--tenant", "t")
    lab.start_agent()
    case.equal([lab.cli(*q) for q in questions], alone, "answers through the agent")
    through = lab.refused("backup", "start", "--tenant", "t")
    case.equal((through.status, json.loads(through.stderr)), (refused.status, json.loads(refused.stderr)), "errors")


def ask(lab, text):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(lab.socket)
        s.sendall(text)
        try:
            return s.recv(100_000)
        except ConnectionError:
            return b""


def bad_requests(case):
    lab = lab_of(case)
    lab.start_agent()

    def post(target, body):
        return b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (target, len(body), body)
    for request, status in ((b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"400"), (post(b"/v1/nix", b"{}"), b"404"),
                            (post(b"/v1/tenant/show", b"{}"), b"400"), (post(b"/v1/tenant/show", b"[1"), b"400"),
                            (post(b"/v1/tenant/show", b'{"tenant": 5}'), b"400"),
                            (post(b"/v1/sql", b'{"sql": "DROP TABLE tenants"}'), b"400"),
                            (post(b"/v1/tenant/list", b"{}"), b"200")):
        case.contains(ask(lab, request).split(b"\r\n")[0], status, f"answer to {request}")
    ask(lab, b"\x00\xff nonsense\r\n\r\n")
    ask(lab, b"POST /v1/tenant/list HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n{}")
    idle = [socket.socket(socket.AF_UNIX) for _ in range(20)]
    for s in idle:
        s.connect(lab.socket)  # and say nothing
    case.true(lab.agent_answers(), "the agent still answers")
    started = time.monotonic()
    lab.stop_agent()
    case.true(time.monotonic() - started < 20, "idle connections do not hold the agent up")
    for s in idle:
        s.close()


def without_agent(case):
    """A backup in process: archiving runs for as long as the verb does."""
    lab = lab_of(case, live=True)
    lab.start_agent()
    lab.protect("t")
    lab.stop_agent()
    made = lab.backup("t")
    case.equal(made["status"], "COMPLETED", "the job")
    case.equal(lab.cli("backup", "list", "--tenant", "t")[-1]["status"], "SUCCESS", "the set")
    flush = lab.run("archive", "flush", "--tenant", "t")
    case.equal(flush.returncode, 4, "flush without an agent")
    case.contains(flush.stderr, "seabed agent", "what to do")
    lab.start_agent()
    lab.wait_archive("t")
    lab.cli("archive", "flush", "--tenant", "t")
    wait_until(lambda: lab.archive_status("t")["lag_ms"] < 5000, 60, "a small lag")


def doctor(case):
    lab = lab_of(case, live=True)
    for agent in (False, True):
        if agent:
            lab.start_agent()
            lab.protect("t")
        found = lab.cli("doctor")
        case.equal([f for f in found if f["level"] == "error"], [], "a healthy installation")
        checks = " ".join(f["check"] for f in found)
        for word in ("clock", "free space", "log stream 1001", "destination"):
            case.contains(checks, word, "what is looked at")
    shutil.rmtree(f"{case.base}/media/t/data")
    with open(f"{case.base}/media/t/data", "w", encoding="ascii"):
        pass  # a file where the destination was
    run = lab.run("doctor", "--output", "json")
    case.equal(run.returncode, 4, "a destination that is gone")
    bad = [f for f in json.loads(run.stdout) if f["level"] == "error"]
    case.contains(str(bad), "media/t/data", "it is named")


def progress(case):
    """Progress is for terminals, on standard error; the answer stays clean."""
    lab = lab_of(case, live=True)
    lab.start_agent()
    lab.protect("t")
    ours, theirs = pty.openpty()
    run = subprocess.Popen([lab.program, "--config", lab.config, "backup", "start", "--tenant", "t", "--wait", "--output",
                            "json"], stdout=subprocess.PIPE, stderr=theirs, text=True)
    os.close(theirs)
    answer, _ = run.communicate(timeout=100)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    case.equal(run.returncode, 0, shown)
    case.equal(json.loads(answer)["status"], "COMPLETED", "the answer")
    case.contains(shown, "backup", "the line on the terminal")
    case.true(shown.endswith("\r\x1b[K"), f"the line is cleared at the end: {shown!r}")
    quiet = lab.run("backup", "start", "--tenant", "t", "--wait")
    case.equal((quiet.returncode, quiet.stderr), (0, ""), "without a terminal nothing is shown")


def cancel(case):
    """A slow backup is cancelled; its set is FAILED, and the next one is not in its way."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256", "--value-size", "4000"])
    ledger.start("--rate", "1500", "--seconds", "150")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    lab.start_agent()
    lab.protect("t")
    pass_time(lab, "t", 2)
    lab.cli("backup", "set-dest", "--tenant", "t", "--location", lab.data_uri("t") + "?max_bandwidth=300K")
    waiting = subprocess.Popen([lab.program, "--config", lab.config, "backup", "start", "--tenant", "t", "--wait"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    case.at_end(waiting.kill)
    wait_until(lambda: (jobs := lab.cli("backup", "status", "--tenant", "t")) and jobs[0]["status"] == "DOING", 60, "DOING")
    case.equal(lab.refused("backup", "start", "--tenant", "t").status, 4, "a second backup")
    case.equal(lab.refused("backup", "set-dest", "--tenant", "t", "--location", lab.data_uri("t")).status, 4, "set-dest")
    case.equal(len(lab.cli("backup", "cancel", "--tenant", "t")["cancelled_jobs"]), 1, "what was cancelled")
    _, errors = waiting.communicate(timeout=100)
    case.equal(waiting.returncode, 9, f"who waited: {errors}")
    job = lab.cli("backup", "status", "--tenant", "t")[0]
    case.equal(job["status"], "CANCELED", "the job")
    sets = lab.cli("backup", "list", "--tenant", "t")
    case.equal(sets[-1]["status"], "FAILED", "its set")
    case.equal(lab.refused("backup", "cancel", "--tenant", "t").status, 4, "nothing to cancel")
    lab.cli("backup", "set-dest", "--tenant", "t", "--location", lab.data_uri("t"))
    case.true(lab.backup("t")["backup_set_id"] > sets[-1]["backup_set_id"], "the next one")
    case.equal([f for f in lab.cli("verify", *lab.sources("t"))["findings"] if f["error"]], [], "verify")


def linker_process(case):
    lab = lab_of(case, live=True)
    linker = lab.start_linker("t")
    wait_until(lambda: any(".log" in n for _, _, names in os.walk(f"{case.base}/ledger.db.seabed-pins") for n in names), 30,
               "a linked WAL")
    with open(f"/proc/{linker.pid}/maps", encoding="ascii") as maps:
        case.true("seabed_file.so" not in maps.read(), "the linker loads no driver")
    case.true(not os.path.exists(f"{case.base}/catalog.db"), "the linker opens no catalog")
    linker.terminate()
    case.equal(linker.wait(30), 0, "exit status after SIGTERM")


def go_on(case, lab, ledger, sets):
    """Archives, backs up with an id of its own, restores the latest point."""
    made = lab.backup("t", incremental=True)
    case.true(made["backup_set_id"] > sets, f"a set id is given twice: {made}")
    pass_time(lab, "t", 0.5)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "latest")
    report = json.loads(lab.run("verify", *lab.sources("t"), "--output", "json").stdout)
    errors = [f for f in report["findings"] if f["error"]]
    case.equal(errors, [], "verify")


def protected(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256"])
    ledger.start("--rate", "500", "--seconds", "150")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], limits={"lease_ms": 1000})
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    lab.backup("t")
    return lab, ledger


def stale_catalog(case):
    """A copy of an hour ago is put back: the media know more than it does."""
    lab, ledger = protected(case)
    lab.stop_agent()
    shutil.copy(f"{case.base}/catalog.db", f"{case.base}/copy")
    lab.start_agent()
    lab.wait_archive("t")
    lab.backup("t", incremental=True)
    pass_time(lab, "t", 1)
    lab.stop_agent()
    for leftover in ("-wal", "-shm"):
        if os.path.exists(f"{case.base}/catalog.db{leftover}"):
            os.remove(f"{case.base}/catalog.db{leftover}")
    shutil.copy(f"{case.base}/copy", f"{case.base}/catalog.db")
    lab.start_agent()
    lab.wait_archive("t")
    go_on(case, lab, ledger, 2)


def lost_catalog(case):
    """Catalog and state are gone: the same destinations are set again, and nothing that was there is overwritten."""
    lab, ledger = protected(case)
    pass_time(lab, "t", 0.5)
    lab.stop_agent()
    for name in os.listdir(case.base):
        if name.startswith("catalog.db"):
            os.remove(f"{case.base}/{name}")
    shutil.rmtree(f"{case.base}/state")
    lab.start_agent()
    lab.protect("t")
    go_on(case, lab, ledger, 1)  # the first round is given its end


if __name__ == "__main__":
    sys.exit(run_cases({"socket": open_socket, "stop": stop, "killed": killed, "two-agents": two_agents,
                        "same-answers": same_answers, "bad-requests": bad_requests, "without-agent": without_agent,
                        "doctor": doctor, "progress": progress, "cancel": cancel, "linker-process": linker_process,
                        "stale-catalog": stale_catalog, "lost-catalog": lost_catalog}))
