"""What an operator sees of a live agent: metrics (judged by promtool), logs, alerts, reloads; and its configuration from many
places."""
# ctest: timeout=240
# case: metrics
# case: logs
# case: alerts
# case: reload
# case: config-places
# case: manual
# case: notify
# case: doctor
# case: linker-own
import http.server
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from case import Skip, run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import pass_time

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


class Observed(Installation):
    """With more tables in its configuration than the lab knows."""

    extra = ""

    def write_config(self):
        super().write_config()
        with open(self.config, "a", encoding="utf-8") as out:
            out.write(self.extra)

    def say(self, extra):
        self.extra = extra
        self.write_config()


def writer(case, seconds=240):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256"])
    ledger.start("--rate", "500", "--seconds", str(seconds))
    case.at_end(ledger.kill)
    return ledger


def lab_of(case, ledger, extra=""):
    lab = Observed(case.build, case.base, [Tenant("t", ledger.db)])
    case.at_end(lab.stop)
    lab.say(extra)
    return lab


def port_of(lab):
    found = wait_until(lambda: re.findall(r"metrics at .*\(port (\d+)\)", lab.agent_log()), 30, "the metrics' address")
    return int(found[-1])


def page(port, path="/metrics", **more):
    with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", **more), timeout=30) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def samples(text):
    """{name: [(labels, value)]}"""
    out = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, labels, value = re.fullmatch(r"([a-z_]+)(?:\{(.*)\})? (\S+)(?: \d+)?", line).groups()
            out.setdefault(name, []).append((dict(re.findall(r'(\w+)="([^"]*)"', labels or "")), float(value)))
    return out


def one(found, name, **labels):
    values = [value for have, value in found.get(name, []) if labels.items() <= have.items()]
    if len(values) != 1:
        raise AssertionError(f"{name} {labels}: {found.get(name)}")
    return values[0]


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
    case.true(one(now, "seabed_pinned_bytes", tenant="t", log_stream="1001") >= 0, "pinned bytes")
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
    media_root, away = f"{case.base}/media", f"{case.base}/media-away"
    os.rename(media_root, away)
    with open(media_root, "w", encoding="ascii"):
        pass  # a file where the directory was: nothing can be written
    wait_until(lambda: any(status == 500 for status, _, _ in receiver.events), 60, "a first try")
    receiver.status = 200
    wait_until(lambda: receiver.got("archive_lag", "firing"), 60, "the lag, tried again")
    lag = receiver.got("archive_lag", "firing")[0]
    case.true(lag["tenant"] == "t" and lag["lag_seconds"] > 1.5 and lag["limit_seconds"] == 1.5, f"{lag}")
    case.true(all(path == "/TOKEN" for _, path, _ in receiver.events), "the webhook's path")
    os.remove(media_root)
    os.rename(away, media_root)
    wait_until(lambda: receiver.got("archive_lag", "resolved"), 90, "its end")
    case.equal(len(receiver.got("archive_lag", "firing")), 1, "told once within the interval")
    with open(told, encoding="utf-8") as lines:
        events = [json.loads(line) for line in lines]
    case.true({"archive_lag"} <= {event["event"] for event in events}, f"the command's events: {events}")
    case.true(not os.path.exists("owned"), "a shell read the command's words")
    case.true("TOKEN" not in lab.agent_log(), "the webhook's path is in the log")


def reload(case):
    ledger = writer(case)
    lab = lab_of(case, ledger)
    case.equal(lab.refused("config", "reload").status, 3, "a reload without an agent")
    lab.start_agent()
    case.equal(lab.cli("config", "reload"), {"applied": [], "needs_restart": []}, "nothing changed")
    lab.say('[metrics]\nlisten = "127.0.0.1:0"\n[log]\nlevel = "debug"\n[limits]\nbackup_threads = 7\n')
    answer = lab.cli("config", "reload")
    case.equal(sorted(answer["applied"]), ["log.level", "metrics.listen"], "applied")
    case.equal(answer["needs_restart"], ["limits.backup_threads"], "needs a restart")
    port = port_of(lab)
    case.equal(one(samples(page(port)[1]), "seabed_config_last_reload_successful"), 1, "the reload")
    lab.say('[metrics]\nlisten = "127.0.0.1:0"\n[log]\nlevel = "loud"\n')
    error = lab.refused("config", "reload")
    case.equal(error.status, 2, "a broken configuration")
    case.contains(error.stderr, "level must be", "is named")
    lab.agent.send_signal(signal.SIGHUP)
    wait_until(lambda: "the old one stays" in lab.agent_log(), 30, "the refusal")
    case.equal(one(samples(page(port)[1]), "seabed_config_last_reload_successful"), 0, "the old page is there and tells")
    lab.say("")
    lab.agent.send_signal(signal.SIGHUP)
    wait_until(lambda: refuses(port), 30, "the page's end")
    case.equal(lab.archive_status("t")["status"], "NONE", "the agent lives")


def refuses(port):
    try:
        page(port)
        return False
    except (urllib.error.URLError, ConnectionError):
        return True


def config_places(case):
    """conf.d, variables, secrets from files: in force, with their origin."""
    lab = Observed(case.build, case.base, [])
    os.mkdir(f"{case.base}/conf.d")
    with open(f"{case.base}/conf.d/shop.toml", "w", encoding="ascii") as out:
        out.write(Tenant("shop", f"{case.base}/db").toml() + "\n")
    with open(f"{case.base}/key", "w", encoding="ascii") as out:
        out.write("TOPSECRET\n")
    env = {"SEABED_LIMITS_LEASE_MS": "9000", "SEABED_DRIVER_S3_ACCESS_KEY_FILE": f"{case.base}/key"}
    found = lab.cli("config", "explain", env=env)
    values = {v["key"]: (v["value"], v["origin"]) for v in found["values"]}
    case.equal(values["limits.lease_ms"], ("9000", "$SEABED_LIMITS_LEASE_MS"), "a variable")
    case.equal(values["limits.part_bytes"], ("16777216", "default"), "a default")
    case.equal(values["tenant.shop.log_stream.1001.directory"][1], f"{case.base}/conf.d/shop.toml:8", "a line in conf.d")
    case.equal(found["driver"]["s3"]["access_key"], "(set, not shown)", "a secret")
    case.true("TOPSECRET" not in json.dumps(found), "the secret is shown")
    with open(f"{TOP}/docs/operator-guide.md", encoding="utf-8") as guide:
        guide = guide.read()
    for key in values:
        for part in {key.split(".")[0], key.split(".")[-1]}:
            case.contains(guide, part, f"the operator's guide has {key}")
    text = lab.run("config", "explain", env=env)
    case.true(re.search(r"limits.lease_ms +9000 +\$SEABED_LIMITS_LEASE_MS", text.stdout), f"as a table: {text.stdout}")
    case.true("TOPSECRET" not in text.stdout + text.stderr, "the secret is shown")
    case.contains(lab.refused("tenant", "list", env={"SEABED_LIMITS_LEASEMS": "1"}).stderr, "SEABED_LIMITS_LEASEMS", "a typo")
    with open(f"{case.base}/conf.d/zz.toml", "w", encoding="ascii") as out:
        out.write('[agent]\nsocket = "/x"\n')
    error = lab.refused("config", "explain")
    for part in ("agent.socket", "conf.d/zz.toml:2", "seabed.toml:"):
        case.contains(error.stderr, part, "one key in two files")


def manual(case):
    """Pages and completion from the verbs themselves: every verb is there, man and bash can read them."""
    lab = Observed(case.build, case.base, [])
    folder = f"{case.base}/man1"
    os.mkdir(folder)
    case.equal(lab.run("manual", "--directory", folder).returncode, 0, "manual")
    help_text = lab.run("--help").stdout
    verbs = re.findall(r"^  ([a-z]+(?: [a-z-]+)?)  ", help_text, re.M)
    case.true(len(verbs) > 20, f"verbs: {verbs}")
    for verb in verbs:
        with open(f"{folder}/seabed-{verb.split()[0]}.1", encoding="utf-8") as text:
            case.contains(text.read().replace("\\-", "-"), f".B seabed {verb}\n", verb)
    for name in sorted(os.listdir(folder)):
        case.equal(stat.S_IMODE(os.stat(f"{folder}/{name}").st_mode), 0o644, name)
        if shutil.which("man"):
            run = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", f"{folder}/{name}"],
                                 capture_output=True, text=True, timeout=60, env={**os.environ, "MANWIDTH": "80"})
            case.equal((run.returncode, run.stderr), (0, ""), f"man {name}")
    script = f"{case.base}/completion"
    with open(script, "w", encoding="utf-8") as out:
        out.write(lab.run("completion").stdout)
    for words, wanted in ((["seabed", "ba"], {"backup"}), (["seabed", "backup", "l"], {"list"}),
                          (["seabed", "backup", "start", "--inc"], {"--incremental"}),
                          (["seabed", "--output", "json", "backup", "start", "--inc"], {"--incremental"}),
                          (["seabed", "doctor", "--ten"], {"--tenant"}), (["seabed", "--output", "j"], {"json"})):
        run = subprocess.run(["bash", "-c", 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _seabed; '
                              'printf "%s\\n" "${COMPREPLY[@]}"', script, *words], capture_output=True, text=True, timeout=60)
        case.equal((set(run.stdout.split()), run.stderr), (wanted, ""), f"completion of {words}")


def notify(case):
    """What systemd hears of a Type=notify service with a watchdog."""
    heard = []
    place = f"{case.base}/notify"
    box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    case.at_end(box.close)
    box.bind(place)
    box.settimeout(30)

    def hear(word):
        while not any(word in message for message in heard):
            heard.append(box.recv(4096).decode())

    lab = Observed(case.build, case.base, [])
    case.at_end(lab.stop)
    lab.start_agent(env={"NOTIFY_SOCKET": place, "WATCHDOG_USEC": "200000"})
    hear("READY=1")
    hear("WATCHDOG=1")
    case.true("RELOADING=1" not in "".join(heard), "too early")
    lab.agent.send_signal(signal.SIGHUP)
    hear("RELOADING=1")
    heard.clear()
    hear("READY=1")
    lab.stop_agent()
    hear("STOPPING=1")


def doctor(case):
    """Finds what the agent would stumble over; the same for config check."""
    lab = Observed(case.build, case.base, [])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        lab.say(f'[metrics]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"\n[alert]\ncommand = ["{case.base}/none"]\n'
                f'[log]\nfile = "{case.base}/no/where.log"\n')
        error = lab.run("doctor", "--output", "json")
        case.equal(error.returncode, 4, f"doctor: {error.stdout}")
        found = " ".join(row["text"] for row in json.loads(error.stdout))
        for part in ("cannot listen", f"{case.base}/none", "no/where.log"):
            case.contains(found, part, "doctor")
    case.equal(lab.run("config", "check").returncode, 2, "config check")
    lab.say(f'[metrics]\nlisten = "127.0.0.1:0"\n[alert]\ncommand = ["/bin/true"]\n[log]\nfile = "{case.base}/here.log"\n')
    case.equal(lab.run("doctor").returncode, 0, "a good configuration")
    case.equal(lab.run("config", "check").returncode, 0, "a good configuration")


def linker_own(case):
    """What seabed-linker@USER runs: every database that belongs to this user, and no other."""
    mine, other = writer(case, 60), f"{case.base}/other.db"
    os.mkdir(other)
    lab = Observed(case.build, case.base, [Tenant("mine", mine.db), Tenant("other", other)])
    case.at_end(lab.stop)
    if os.geteuid() == 0:
        os.chown(other, 65534, 65534)
    else:
        os.rmdir(other)
    lab.linkers.append(subprocess.Popen([lab.program, "--config", lab.config, "linker", "--own"], stdin=subprocess.DEVNULL,
                                        stderr=open(f"{case.base}/linker.log", "wb")))
    wait_until(lambda: os.path.isdir(f"{mine.db}.seabed-pins/log") and os.listdir(f"{mine.db}.seabed-pins/log"), 60, "links")
    case.true(not os.path.exists(f"{other}.seabed-pins"), "links beside another's database")
    with open(f"{case.base}/linker.log", encoding="utf-8") as text:
        case.contains(text.read(), "1 stream(s)", "the linker")
    nobody = Observed(case.build, f"{case.base}/second", [Tenant("other", other)])
    case.equal(nobody.run("linker", "--own").returncode, 3, "nothing of one's own")
    case.equal(nobody.run("linker").returncode, 2, "neither --tenant nor --own")


CASES = {"metrics": metrics, "logs": logs, "alerts": alerts, "reload": reload, "config-places": config_places, "manual": manual,
         "notify": notify, "doctor": doctor, "linker-own": linker_own}

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
