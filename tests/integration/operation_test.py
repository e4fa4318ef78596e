"""Operating an installation: its configuration from many places, reloads, doctor, manual pages, and what systemd hears."""
# ctest: timeout=240
# case: reload
# case: config-places
# case: manual
# case: notify
# case: doctor
# case: linker-own
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import urllib.error

from case import run_cases
from installation import Tenant, wait_until
from observed_lab import Observed, lab_of, one, page, port_of, samples, writer

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


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
    all_or_nothing(case, lab, port)
    lab.say("")
    lab.agent.send_signal(signal.SIGHUP)
    wait_until(lambda: refuses(port), 30, "the page's end")
    case.equal(lab.archive_status("t")["status"], "NONE", "the agent lives")


def all_or_nothing(case, lab, port):
    """A part that cannot be applied (a port in use, a group that is none) leaves the log, the audit file and the roles alone."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for part, word in ((f'[metrics]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"\n', "cannot listen"),
                           ('[metrics]\nlisten = "127.0.0.1:0"\n[roles]\nsocket_group = "nix_no_group"\n', "no group")):
            lab.say(f'{part}[log]\nfile = "{case.base}/other.log"\n[audit]\nfile = "{case.base}/other.audit"\n'
                    '[roles.sys]\nusers = ["daemon"]\n')
            case.contains(lab.refused("config", "reload").stderr, word, "the answer")
            lab.cli("sql", stdin="SHOW PARAMETERS")
            for name in ("other.log", "other.audit"):
                case.equal(os.path.getsize(f"{case.base}/{name}"), 0, f"lines in {name}")
            case.equal(stat.S_IMODE(os.stat(lab.socket).st_mode), 0o600, "the socket of the old roles")
            case.contains(page(port)[0], "text/plain", "the old page")


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


CASES = {"reload": reload, "config-places": config_places, "manual": manual, "notify": notify, "doctor": doctor,
         "linker-own": linker_own}

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
