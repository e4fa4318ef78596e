"""What an operator sees of a live agent: metrics (judged by promtool), logs, alerts."""
# ctest: timeout=240
# case: metrics
# case: logs
# case: alerts
# case: outage
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error

from case import Skip, run_cases
from installation import wait_until
from ledger import Ledger
from ledger_story import pass_time
from observed_lab import lab_of, one, page, port_of, samples, writer

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def promtool(text):
    """Metric types, names and help, as Prometheus wants them."""
    if not shutil.which("promtool"):
        raise Skip("promtool is not installed")
    run = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout + run.stderr


def metrics(case):
    ledger = writer(case)
    lab = lab_of(case, ledger, '[metrics]\nlisten = "127.0.0.1:0"\n')
    lab.start_linker("t")
    lab.start_agent()
    port = port_of(lab)
    before = samples(page(port)[1])
    case.equal(one(before, "seabed_archive_status", tenant="t", status="NONE"), 1, "before archiving")
    lab.protect("t")
    pass_time(lab, "t", 0.5)
    during = []
    backup = threading.Thread(target=lambda: during.append(lab.backup("t")))
    backup.start()
    pages = []
    while backup.is_alive():  # a page in every state of a real backup
        pages.append(page(port)[1])
        time.sleep(0.02)
    backup.join()
    case.true(pages and during, f"no page during the backup: {during}")
    lab.backup("t", incremental=True)
    pass_time(lab, "t", 0.5)
    kind, text = page(port)
    case.contains(kind, "version=0.0.4", "content type")
    for each in (pages[0], pages[-1], text):
        status, said = promtool(each)
        case.equal((status, said), (0, ""), "promtool check metrics")
    now = samples(text)
    case.equal(one(now, "seabed_archive_status", tenant="t", status="DOING"), 1, "archiving")
    case.equal(sum(v for labels, v in now["seabed_archive_status"] if labels["tenant"] == "t"), 1, "one status")
    case.true(0 <= one(now, "seabed_archive_lag_seconds", tenant="t") < 60, "the lag")
    set_list = lab.cli("backup", "list", "--tenant", "t")
    case.true(abs(one(now, "seabed_recoverable_from_timestamp_seconds", tenant="t")
                  - set_list[0]["min_restore_scn"] / 1e9) < 1e-3, "the window begins at the first set")
    case.true(one(now, "seabed_recoverable_to_timestamp_seconds", tenant="t") > time.time() - 60, "and ends about now")
    for which in ("full", "incremental"):
        case.true(time.time() - 120 < one(now, "seabed_last_success_timestamp_seconds", tenant="t", kind=which)
                  <= time.time() + 1, which)
        case.equal(one(now, "seabed_backup_sets", tenant="t", kind=which), 1, f"{which} sets")
    case.equal(one(now, "seabed_catalog_size_bytes"), os.path.getsize(f"{case.base}/catalog.db"), "catalog size")
    puts = one(now, "seabed_storage_request_duration_seconds_count", scheme="file", operation="append")
    case.true(puts > 0, "appends are counted")
    case.equal(one(now, "seabed_storage_request_duration_seconds_bucket", scheme="file", operation="append", le="+Inf"), puts,
               "the last bucket")
    case.equal(one(now, "seabed_scrape_errors"), 0, "errors of this page")
    for labels, _ in (pair for pairs in now.values() for pair in pairs):
        for value in labels.values():
            case.true(case.base not in value, f"a path in a label: {labels}")
    case.true(now["seabed_storage_bytes_total"] and all(v >= dict((str(k), w) for k, w in before.get(name, [])).get(str(k), 0)
              for name, pairs in now.items() if name.endswith("_total") for k, v in pairs), "counters rise")
    with open(f"{TOP}/docs/metrics.md", encoding="utf-8") as doc:
        documented = set(re.findall(r"seabed_[a-z_]+", doc.read()))
    shown = {re.sub("_(bucket|count|sum)$", "", name) for each in (*pages, text) for name in samples(each)}
    case.equal(shown - documented, set(), "metrics that docs/metrics.md does not have")
    wrong_requests(case, port)


def wrong_requests(case, port):
    for path, more, status in (("/", {}, 404), ("/metrics", {"data": b"x"}, 405), ("/metrics/../secrets", {}, 404)):
        try:
            page(port, path, **more)
            raise AssertionError(f"{path} was answered")
        except urllib.error.HTTPError as error:
            case.equal(error.code, status, path)
    for bytes_sent in (b"", b"GARBAGE\r\n\r\n", b"GET /metrics HTTP/1.1\r\nX: " + b"y" * 100_000):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
            raw.sendall(bytes_sent)
    silent = socket.create_connection(("127.0.0.1", port), timeout=30)  # says nothing: holds the page 5 s at most
    case.at_end(silent.close)
    case.contains(page(port)[1], "seabed_build_info", "after that")


def logs(case):
    """Every line of a job carries tenant and job; JSON is one object a line; a rotated file is opened anew."""
    ledger = writer(case)
    log = f"{case.base}/seabed.log"
    lab = lab_of(case, ledger, f'[log]\nformat = "json"\nlevel = "debug"\nfile = "{log}"\n')
    lab.start_agent()
    lab.protect("t")
    pass_time(lab, "t", 0.3)
    show = lab.backup("t")
    os.rename(log, log + ".1")
    lab.agent.send_signal(signal.SIGHUP)
    wait_until(lambda: os.path.exists(log) and "configuration read again" in open(log, encoding="utf-8").read(), 30,
               "the new file")
    lab.stop_agent()
    lines = [json.loads(line) for name in (log + ".1", log) for line in open(name, encoding="utf-8")]
    for line in lines:
        case.true({"time", "level", "message"} <= line.keys(), f"a line: {line}")
    job = [line for line in lines if line.get("job") == str(show["job_id"])]
    case.true(len(job) > 3 and all(line["tenant"] == "t" for line in job), f"lines of the job: {job}")
    stream = [line for line in lines if line.get("object") == "log stream 1001"]
    case.true(stream and all(line["tenant"] == "t" and line["job"] == "archive" for line in stream), f"the stream: {stream}")
    about = [line for line in lines if re.match(r"backup\b.*job|archive of tenant|log stream", line["message"])]
    case.true(about and all("tenant" in line and "job" in line for line in about), f"lines without a job: {about}")
    case.equal(lab.agent_log(), "", "standard error beside a file")
    lab.say('[log]\nformat = "text"\n')
    lab.start_agent()
    lab.wait_archive("t")
    lab.stop_agent()
    lines = [line for line in lab.agent_log().splitlines() if line]
    for line in lines:
        case.true(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|warning|error) ", line), f"a text line: {line}")
    case.true(any("tenant=t job=archive" in line for line in lines), f"no line of the tenant: {lines}")


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what is posted; answers `status`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.events, self.status = [], 500
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.events.append((self.server.status, self.path, json.loads(body)))
            self.send_response(self.server.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    def got(self, event, state):
        return [body for status, _, body in self.events if status == 200 and body["event"] == event and body["state"] == state]


def alerts(case):
    """A medium that fails: lag beyond the limit and a failed backup are told by webhook and command; its end too."""
    ledger = writer(case)
    receiver = Receiver()
    case.at_end(receiver.shutdown)
    told = f"{case.base}/told 'twice' $(touch owned); touch owned"
    script = f"{case.base}/tell"
    with open(script, "w", encoding="ascii") as out:
        out.write('#!/bin/sh\ncat >> "$1"\n')
    os.chmod(script, 0o755)
    lab = lab_of(case, ledger, '[alert]\n' + f'webhook = "http://127.0.0.1:{receiver.server_port}/TOKEN"\n'
                 f'command = ["{script}", "{told}"]\n' + "lag_limit_ms = 1500\ncheck_interval_ms = 100\n")
    lab.start_agent()
    lab.protect("t")
    pass_time(lab, "t", 0.3)
    medium = Away(case)
    medium.take()
    wait_until(lambda: any(status == 500 for status, _, _ in receiver.events), 60, "a first try")
    receiver.status = 200
    wait_until(lambda: receiver.got("archive_lag", "firing"), 60, "the lag, tried again")
    lag = receiver.got("archive_lag", "firing")[0]
    case.true(lag["tenant"] == "t" and lag["lag_seconds"] > 1.5 and lag["limit_seconds"] == 1.5, f"{lag}")
    case.true(all(path == "/TOKEN" for _, path, _ in receiver.events), "the webhook's path")
    medium.bring_back()
    wait_until(lambda: receiver.got("archive_lag", "resolved"), 90, "its end")
    case.equal(len(receiver.got("archive_lag", "firing")), 1, "told once within the interval")
    with open(told, encoding="utf-8") as lines:
        events = [json.loads(line) for line in lines]
    case.true({"archive_lag"} <= {event["event"] for event in events}, f"the command's events: {events}")
    case.true(not os.path.exists("owned"), "a shell read the command's words")
    case.true("TOKEN" not in lab.agent_log(), "the webhook's path is in the log")


class Away:
    """The medium can be taken away: a file where its directory was."""

    def __init__(self, case):
        self.root, self.kept = f"{case.base}/media", f"{case.base}/media-away"

    def take(self):
        os.rename(self.root, self.kept)
        with open(self.root, "w", encoding="ascii"):
            pass

    def bring_back(self):
        os.remove(self.root)
        os.rename(self.kept, self.root)


def outage(case):
    """What an operator is told: of a medium that is away, of a cleanup that failed of it, of lost log, of a backup that failed."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "64"])
    ledger.start("--rate", "1500", "--seconds", "240")
    case.at_end(ledger.kill)
    receiver = Receiver()
    receiver.status = 200
    case.at_end(receiver.shutdown)
    lab = lab_of(case, ledger, f'[alert]\nwebhook = "http://127.0.0.1:{receiver.server_port}/"\ncheck_interval_ms = 100\n'
                 '[metrics]\nlisten = "127.0.0.1:0"\n[limits]\nclean_interval_ms = 500\n')
    linker = lab.start_linker("t")
    lab.start_agent()
    lab.protect("t")
    lab.cli("clean", "policy-add", "--tenant", "t", "--window", "7d")
    pass_time(lab, "t", 0.3)
    medium = Away(case)
    medium.take()
    port = port_of(lab)

    def shown(name, **labels):
        return [v for have, v in samples(page(port)[1]).get(name, []) if labels.items() <= have.items()]
    wait_until(lambda: any(v > 0 for v in shown("seabed_pinned_bytes", tenant="t", log_stream="1001")), 60, "linked log")
    wait_until(lambda: receiver.got("job_failed", "happened"), 60, "the cleanup that failed")
    case.contains(receiver.got("job_failed", "happened")[0]["object"], "clean/", "which job")
    case.true(sum(shown("seabed_storage_request_errors_total", scheme="file")) > 0, "errors of requests")
    case.equal(shown("seabed_archive_interrupted", tenant="t"), [0], "nothing is lost yet")
    medium.bring_back()
    pass_time(lab, "t", 0.3)
    lab.stop_agent()

    lab.start_agent(env={"SEABED_TEST_KILL_AT": "backup/DOING"})
    lab.wait_archive("t")
    lab.run("backup", "start", "--tenant", "t")
    wait_until(lambda: lab.agent.poll() is not None, 60, "the agent dead in the middle of a backup")
    linker.kill()  # from here on nobody keeps the log

    def log_files():
        return {name for name in os.listdir(ledger.db) if name.endswith(".log")}
    there = log_files()  # these may have been linked
    unlinked = wait_until(lambda: log_files() - there, 90, "log that was never linked")
    wait_until(lambda: not unlinked & log_files(), 90, "the application to delete it")
    lab.start_agent(env={"SEABED_TEST_RETRY_MS": "1"})
    wait_until(lambda: receiver.got("backup_failed", "happened"), 90, "the backup that failed")
    failed = receiver.got("backup_failed", "happened")[0]
    case.true(failed["tenant"] == "t" and failed["object"].startswith("job "), f"{failed}")
    wait_until(lambda: receiver.got("archive_interrupted", "firing"), 90, "the gap")
    port = port_of(lab)
    case.equal(shown("seabed_archive_interrupted", tenant="t"), [1], "the gap")
    lab.cli("archive", "stop", "--tenant", "t")
    wait_until(lambda: receiver.got("archive_interrupted", "resolved"), 90, "its end")


CASES = {"metrics": metrics, "logs": logs, "alerts": alerts, "outage": outage}

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
