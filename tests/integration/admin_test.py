"""The admin tools as a new user tries them: from docs/admin-tools.md, on a real tree, with wrong words and damaged files."""
# ctest: timeout=300
# case: manual
# case: io-device
# case: io-device-refused
# case: benchmark
# case: benchmark-wrong-words
# case: dump-tree
# case: dump-damage
# case: wrong-words
# case: secrets
# case: interrupted
# case: doctor
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import pass_time

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
STAGES = ["dest connectivity", "archive log", "backup data", "consume log", "clean backup file"]


def lab_of(case):
    return Installation(case.build, f"{case.base}/lab", [])


def files_below(root):
    """Of the user's: the driver keeps a directory of its own for files that are not published yet."""
    return sorted(os.path.join(folder, name) for folder, dirs, names in os.walk(root) for name in names
                  if "/.seabed-" not in folder)


def real_tree(case):
    """A full and an incremental set, frozen pieces, holes of nothing: as an agent leaves them."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "128"])
    ledger.start("--rate", "1500", "--seconds", "120")
    case.at_end(ledger.kill)
    with Installation(case.build, case.base, [Tenant("t", ledger.db)],
                      env={"SEABED_TEST_MIN_PIECE_SECONDS": "1"}) as lab:
        lab.start_agent()
        lab.protect("t", piece_switch="2s")
        pass_time(lab, "t", 1)
        lab.backup("t")
        pass_time(lab, "t", 2.5)
        lab.backup("t", incremental=True)
        lab.cli("archive", "stop", "--tenant", "t")
        lab.wait_archive("t", "STOP")
    ledger.kill()
    return f"{case.base}/media/t"


# ---- docs/admin-tools.md, as written ----

def manual(case):
    with open(os.path.join(TOP, "docs", "admin-tools.md"), encoding="utf-8") as page:
        text = page.read()
    media = real_tree(case)
    os.makedirs(f"{case.base}/tour")
    os.symlink(media, f"{case.base}/tour/media")
    for mark, words in (("<!-- tour -->", ["fits", "Total BW", "append"]), ("<!-- dump -->", ["FormatInfo", "groups"])):
        steps = re.search(r"```sh\n(.*?)```", text[text.index(mark):], re.S).group(1).replace("/tmp/tour", f"{case.base}/tour")
        run = subprocess.run(["bash", "-ec", steps], capture_output=True, text=True, timeout=120,
                             env=dict(os.environ, PATH=f"{case.build}/bin:{os.environ['PATH']}",
                                      SEABED_CONFIG=f"{case.base}/seabed.toml"))
        case.equal(run.returncode, 0, f"{mark}: {run.stdout[-2000:]}\n{run.stderr[-2000:]}")
        for word in words:
            case.contains(run.stdout, word, mark)
    case.contains(text, "test_io_device", "the page")
    lab = lab_of(case)
    for verb in ("test_io_device", "io_adapter_benchmark", "dump_backup"):
        shown = lab.run("admin", verb, "-h").stdout
        case.contains(shown, "Examples:\n  seabed admin " + verb, "help")
        for flag in re.findall(r"^  (-\w), --", shown, re.M):
            case.true(flag == "-h" or f"`{flag}" in text or f"[{flag}" in text, f"{flag} of {verb} is not in the page")


# ---- test_io_device ----

def io_device(case):
    lab = lab_of(case)
    target = f"{case.base}/new/deep"
    run = lab.run("admin", "test_io_device", "-d", f"file://{target}")
    case.equal((run.returncode, run.stderr), (0, ""), run.stdout)
    lines = re.findall(r"^\|test (.*) result\|(.*)\|$", run.stdout, re.M)
    case.equal(lines, [(stage, "SUCCESS") for stage in STAGES], "the five lines")
    case.equal(files_below(target), [], "what is left")
    report = lab.cli("admin", "test_io_device", "-d", target, "-q")
    case.true(report["fits"] and report["left_behind"] == 0, report)
    checks = [c for stage in report["stages"] for c in stage["checks"]]
    case.true(len(checks) > 20 and all(c["outcome"] == "works" for c in checks), checks)
    quiet = lab.run("admin", "test_io_device", "-q", "-d", target)
    case.equal(len(quiet.stdout.splitlines()), 5, quiet.stdout)
    # two at a time in the same directory do not meet
    runs = [subprocess.Popen([lab.program, "admin", "test_io_device", "-q", "-d", target], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True) for _ in range(3)]
    for process in runs:
        out, _ = process.communicate(timeout=120)
        case.equal(process.returncode, 0, out)
    case.equal(files_below(target), [], "what is left")


def io_device_refused(case):
    lab = lab_of(case)
    used = f"{case.base}/used"
    os.makedirs(used)
    with open(f"{used}/letter.txt", "w", encoding="ascii") as out:
        out.write("mine")
    run = lab.run("admin", "test_io_device", "-d", used)
    case.equal(run.returncode, 4, run.stdout)
    for word in ("|test dest connectivity result|FAIL|", "letter.txt", "empty or new", "NOT RUN"):
        case.contains(run.stdout, word, "a directory in use")
    case.equal(files_below(used), [f"{used}/letter.txt"], "a directory in use")
    # a path below a file, and a directory that nobody may write to
    run = lab.run("admin", "test_io_device", "-d", f"{used}/letter.txt/x", "--output", "json")
    report = json.loads(run.stdout)
    case.true(run.returncode in (2, 3, 4, 7, 11) and not report["fits"], run.stdout)
    case.true(any(c["what_would_not_work"] for c in report["stages"][0]["checks"]), run.stdout)
    if os.geteuid() == 0:
        return
    os.makedirs(f"{case.base}/closed", mode=0o500)
    run = lab.run("admin", "test_io_device", "-d", f"{case.base}/closed")
    case.equal(run.returncode, 7, run.stdout)
    case.contains(run.stdout, "nothing can be written", "no permission")


# ---- io_adapter_benchmark ----

def bench(lab, target, *words):
    return lab.cli("admin", "io_adapter_benchmark", "-d", target, *words)


def benchmark(case):
    lab = lab_of(case)
    target = f"{case.base}/bench"
    report = bench(lab, target, "-p", "write", "-t", "3", "-r", "7", "-o", "300K")
    case.equal((report["status"], report["total_operation_num"], report["total_throughput_bytes"]),
               ("SUCCESS", 21, 21 * 300 * 1024), "write")
    sizes = [os.path.getsize(path) for path in files_below(target)]
    case.equal(sizes, [300 * 1024] * 21, "what the file system says of the write")
    figures = report["latency"]["put"]
    order = [figures[k] for k in ("min_ms", "th_50_ms", "th_90_ms", "th_99_ms", "th_999_ms", "max_ms")]
    case.equal(order, sorted(order), "the distribution")
    moved = report["total_bw_MB_per_s"] * report["total_execution_time_s"] * 1e6
    case.true(abs(moved - 21 * 300 * 1024) < 0.05 * moved + 0.001 * report["total_bw_MB_per_s"] * 1e6,
              f"MB/s × s = {moved}")
    # the same bytes in another run: content does not depend on the run
    before = open(files_below(target)[0], "rb").read()
    bench(lab, target, "-p", "write", "-t", "1", "-r", "1", "-o", "300K")
    case.true(open(files_below(target)[0], "rb").read() == before, "content of a second run")
    report = bench(lab, target, "-p", "read", "-t", "2", "-n", "7", "-f", "10000", "-r", "50")
    case.equal(report["total_throughput_bytes"], 1_000_000, "read")
    with open(files_below(target)[0], "r+b") as damaged:  # object 0 of thread 0
        damaged.seek(150_000)
        damaged.write(b"changed on the medium")
    run = lab.run("admin", "io_adapter_benchmark", "-d", target, "-p", "read", "-t", "1", "-n", "1", "-r", "1")
    case.equal(run.returncode, 5, run.stdout)
    case.contains(run.stdout, "other than a benchmark writes them", "a changed byte")
    bench(lab, target, "-p", "del", "-t", "3", "-r", "7")
    case.equal(files_below(target), [], "after del")
    bench(lab, target, "-p", "append", "-t", "2", "-r", "2", "-o", "1M", "-f", "100K", "-c", "true")
    report = bench(lab, target, "-p", "multi", "-t", "1", "-r", "1", "-o", "20M", "-f", "64K", "-b", "true", "-c", "true")
    case.equal(report["latency"]["upload_part"]["total_entry"], 3, "parts of 8 MiB")
    case.equal((report["removed_objects"], files_below(target)), (1, []), "-c true")
    report = bench(lab, target, "-p", "write", "-t", "2", "-l", "30", "-o", "1M", "--max-data", "5M", "-c", "true")
    case.equal((report["stopped_at_max_data"], report["total_throughput_bytes"]), (True, 5 << 20), "--max-data")
    text = lab.run("admin", "io_adapter_benchmark", "-d", target, "-p", "write", "-r", "2", "-o", "1K", "-c", "true").stdout
    for word in ("Task Config", "Total QPS", "CPU usage for 100MB/s BW", "P99.9"):
        case.contains(text, word, "the table")


def benchmark_wrong_words(case):
    lab = lab_of(case)
    target = f"{case.base}/bench"
    base = ["admin", "io_adapter_benchmark", "-d", target]
    for words, said in ((["-p", "nix"], "-p"), ([], "--type"), (["-p", "write", "-r", "1"], "-o"),
                        (["-p", "write", "-o", "1M"], "-r"), (["-p", "write", "-r", "1", "-o", "1X"], "object-size"),
                        (["-p", "write", "-r", "1", "-o", "1M", "-t", "0"], "-t"), (["-p", "read", "-r", "1"], "-n"),
                        (["-p", "del", "-l", "5"], "-r"), (["-p", "write", "-r", "-1", "-o", "1M"], "not a number"),
                        (["-p", "append", "-r", "1", "-o", "1M", "-f", "2M"], "-f"),
                        (["-p", "write", "-r", "1", "-o", "1M", "-c", "yes"], "clean-after"),
                        (["-p", "write", "-r", "1", "-o", "1M", "-j", "2"], "adaptive"),
                        (["-p", "write", "-r", "1000", "-o", "1G"], "--max-data"),
                        (["-p", "write", "-r", "99999999999", "-o", "16G"], "--max-data"),
                        (["-p", "write", "-p", "read", "-r", "1"], "twice")):
        run = lab.run(*base, *words)
        case.true(run.returncode == 2 and run.stdout == "", f"{words}: {run.returncode} {run.stdout}{run.stderr}")
        case.contains(run.stderr, said, f"{words}")
    case.true(not os.path.exists(target), "something was written")
    run = lab.run(*base, "-p", "read", "-n", "1", "-r", "1")
    case.equal(run.returncode, 3, run.stderr)
    case.contains(run.stdout + run.stderr, "write first", "reading what was not written")
    os.makedirs(target, exist_ok=True)
    open(f"{target}/format.obbak", "w", encoding="ascii").close()
    case.equal(lab.run(*base, "-p", "write", "-r", "1", "-o", "1K").returncode, 4, "a destination in use")


# ---- dump_backup ----

def protoc_fields(message, body):
    """Top-level numbers and texts as protoc reads them: nothing of Seabed's is in between."""
    run = subprocess.run(["protoc", f"--decode=seabed.meta.{message}", f"-I{TOP}", f"{TOP}/core/format/meta.proto"], input=body,
                         capture_output=True, timeout=60, check=True)
    return {name: value.strip('"') for name, value in re.findall(r'^(\w+): ("[^"\\]*"|-?\d+|\w+)$', run.stdout.decode(), re.M)}


def dump(case, lab, path, status=0):
    run = lab.run("admin", "dump_backup", "-d", path, "--output", "json")
    case.equal(run.returncode, status, f"{path}: {run.stderr}")
    return json.loads(run.stdout)


def dump_tree(case):
    media = real_tree(case)
    lab = lab_of(case)
    seen = set()
    for path in files_below(media):
        answer = dump(case, lab, path)
        case.equal(answer["verdict"], "sound", path)
        case.equal(answer["size"], os.path.getsize(path), path)
        seen.add(answer["frame"]["type_name"])
        with open(path, "rb") as file:
            body = file.read()[64:]
        if answer["frame"]["body_length"]:
            case.equal(answer["frame"]["body_length"], len(body), path)
            told = answer["message"]
            for name, value in protoc_fields(answer["message_type"].split(".")[-1], body).items():
                case.equal(str(told[name]).lower(), value.lower(), f"{name} of {path}")
    case.true(len(seen) >= 25, f"types in a real tree: {sorted(seen)}")
    text = lab.run("admin", "dump_backup", "-d", f"{media}/data/format.obbak")
    case.contains(text.stdout, "tenant_name: t\n", "text")
    # directories
    listed = dump(case, lab, f"{media}/data")
    case.equal(sorted(o["object"] for o in listed["objects"]),
               [os.path.relpath(p, f"{media}/data") for p in files_below(f"{media}/data")], "objects of a directory")
    case.equal([(s["backup_set_id"], s["type"], s["state"]) for s in listed["sets"]],
               [(1, "full", "SUCCESS"), (2, "inc", "SUCCESS")], "sets")
    pieces = dump(case, lab, f"{media}/archive/")
    case.true(all(p["state"] == "FROZEN" for p in pieces["pieces"]) and pieces["rounds"][0]["state"] == "STOP", "pieces")
    tables = dump(case, lab, f"{media}/data/backup_set_1_full/infos/table_list")
    case.equal([t["table_name"] for t in tables["tables"]], ["cf1", "cf2", "default"], "tables")
    # logs: what the groups say adds up to the log that the tenant wrote
    logs = [p for p in files_below(f"{media}/archive") if "/logstream_1001/log/" in p]
    groups = [g for p in logs for g in dump(case, lab, p)["groups"]]
    case.true(sum(g["records"] or 0 for g in groups if g["type"] == "log") > 1000, "records")
    case.true(all(g["records"] for g in groups), "every group tells what it holds")
    limited = lab.cli("admin", "dump_backup", "-d", logs[0], "-o", "2", "-l", "3")
    case.equal([g["number"] for g in limited["groups"]], [3, 4, 5], "-o and -l")
    data = next(p for p in files_below(f"{media}/data") if "/major_data" in p and "macro_block_data" in p)
    rows = lab.cli("admin", "dump_backup", "-d", data, "-o", "4096", "-l", "100")["rows"]
    with open(data, "rb") as file:
        file.seek(4096)
        case.equal("".join(r["hex"] for r in rows), file.read(100).hex(), "bytes of a block")
    # incremental reuse, as the page says
    index = dump(case, lab, f"{media}/data/backup_set_2_inc/logstream_1001/major_data_turn_1_retry_0/meta_index.obbak")
    case.true(all(e["holder_set_id"] in (1, 2) for e in index["entries"]), "holders")
    for path, exists in ((logs[0], True), (f"{media}/data", True), (logs[0] + "x", False), (f"{case.base}/nix/nix", False)):
        run = lab.run("admin", "dump_backup", "-c", "-d", path)
        case.equal((run.returncode, run.stdout), (0, "true\n") if exists else (3, "false\n"), f"-c {path}")


def dump_damage(case):
    media = real_tree(case)
    lab = lab_of(case)
    rng = random.Random(7)
    by_type = {}
    for path in files_below(media):
        name = dump(case, lab, path)["frame"]["type_name"]
        if name not in by_type or os.path.getsize(path) > os.path.getsize(by_type[name]):
            by_type[name] = path
    for name, path in sorted(by_type.items()):
        with open(path, "rb") as file:
            good = file.read()
        first = 4096 if name == "macroblock data" else 0  # behind its header is room without a meaning
        wrong = [good[:rng.randrange(64)], good[:max(64, rng.randrange(len(good)))] if len(good) > 65 else b"", b"\0" * len(good)]
        for at in (rng.randrange(64), max(first, rng.randrange(len(good))), len(good) - 1):
            wrong.append(good[:at] + bytes([good[at] ^ (1 << rng.randrange(8))]) + good[at + 1:])
        wrong.append(bytes(rng.randrange(256) for _ in range(200)))
        for number, bad in enumerate(wrong):
            if bad == good or (name == "macroblock data" and number == 1 and len(bad) < 4096):
                continue
            with open(path, "wb") as file:
                file.write(bad)
            run = lab.run("admin", "dump_backup", "-d", path)
            case.equal(run.returncode, 5, f"{name}, damage {number}: {run.stdout[-300:]}{run.stderr}")
            case.true(re.search(r"failed.* byte \d+", run.stderr), f"{name}, damage {number}: {run.stderr}")
            case.contains(run.stdout, "verdict: damaged", f"{name}, damage {number}")
            json.loads(lab.run("admin", "dump_backup", "-d", path, "--output", "json").stdout)
        with open(path, "wb") as file:
            file.write(good)
        dump(case, lab, path)


# ---- words ----

def wrong_words(case):
    lab = lab_of(case)
    for words in (["admin"], ["admin", "nix"], ["admin", "dump_backup"], ["admin", "test_io_device"],
                  ["admin", "dump_backup", "-d"], ["admin", "dump_backup", "-d", ""], ["admin", "dump_backup", "-d", "/"],
                  ["admin", "dump_backup", "-d", "/x", "-l", "many"], ["admin", "dump_backup", "-d", "/x", "-x"],
                  ["admin", "dump_backup", "-d", "/x", "-d", "/y"], ["admin", "dump_backup", "-d", "file://relative/x"],
                  ["admin", "dump_backup", "-d", "file:///x/../y"], ["admin", "dump_backup", "-d", "/x", "-s", ""],
                  ["admin", "dump_backup", "-d", "/x", "-s", "nonsense"], ["admin", "dump_backup", "-d", "-", "-s", "-"],
                  ["admin", "test_io_device", "-d", "/x", "more"], ["admin", "test_io_device", "-d", "file:///x?nix=1"]):
        run = lab.run(*words, stdin="")
        case.equal((run.returncode, run.stdout), (2, ""), f"{words}: {run.stderr}")
        case.true(run.stderr.startswith("seabed: "), f"{words}: {run.stderr}")
    for words, status in ((["-d", f"{case.base}/nix"], 3), (["-d", "nix://bucket/x"], 4), (["-s", "@/nix/nix", "-d", "/x/y"], 3)):
        run = lab.run("admin", "dump_backup", *words)
        case.equal((run.returncode, run.stdout), (status, ""), f"{words}: {run.stderr}")
    # from elsewhere: a relative path, and a file that is none of Seabed's
    with open(f"{case.base}/letter.obbak", "w", encoding="ascii") as out:
        out.write("Dear reader, " * 20)
    run = subprocess.run([lab.program, "admin", "dump_backup", "-d", "letter.obbak"], cwd=case.base, capture_output=True, text=True,
                         timeout=60)
    case.equal(run.returncode, 5, run.stderr)
    case.contains(run.stderr, "not a file of Seabed", "a letter")
    names_from_the_medium(case, lab)


def names_from_the_medium(case, lab):
    """A name with an escape sequence is shown, and does nothing to the terminal."""
    os.makedirs(f"{case.base}/odd")
    open(f"{case.base}/odd/a\x1b[31mred.obbak", "w", encoding="ascii").close()
    run = lab.run("admin", "dump_backup", "-d", f"{case.base}/odd")
    case.equal(run.returncode, 0, run.stderr)
    case.true("\x1b" not in run.stdout and "a?[31mred.obbak" in run.stdout, run.stdout)


def secrets(case):
    lab = lab_of(case)
    secret = "access_id=SECRETNAME&access_key=TOPSECRET"
    for verb, more in (("test_io_device", []), ("io_adapter_benchmark", ["-p", "write", "-r", "1", "-o", "1K"]), ("dump_backup", [])):
        for words in (["-d", f"file://{case.base}/x?{secret}"], ["-d", f"{case.base}/x", "-s", secret],
                      ["-d", f"{case.base}/x", f"--storage-info={secret}", "--nix"], ["-d", f"{case.base}/x", "-s", secret + "&x"]):
            for output in ("text", "json"):
                run = lab.run("admin", verb, *words, *more, "--output", output)
                case.equal(run.returncode, 2, f"{words}: {run.stderr}")
                case.true("SECRET" not in run.stdout + run.stderr, f"{verb} {words} shows the secret: {run.stderr}")
        run = lab.run("admin", verb, "-d", f"{case.base}/x", "-s", secret, *more)
        case.contains(run.stderr, "-s @FILE", "the way out is named")
        # From a file and from standard input it gets as far as the driver, which does not know the key.
        with open(f"{case.base}/info", "w", encoding="ascii") as out:
            out.write("# of the bucket\n" + secret.replace("&", "\n") + "\n")
        for words, stdin in ((["-s", f"@{case.base}/info"], None), (["-s", "-"], secret + "\n")):
            run = lab.run("admin", verb, "-d", f"{case.base}/x", *words, *more, stdin=stdin)
            case.equal(run.returncode, 2, f"{words}: {run.stderr}")
            case.contains(run.stderr, "access_", "the driver's refusal")
            case.true("SECRET" not in run.stdout + run.stderr, f"{verb} {words} shows the secret")
    case.true(not os.path.exists(f"{case.base}/x"), "something was written")


def interrupted(case):
    """Ctrl-C in the middle: the status says so and nothing is left."""
    lab = lab_of(case)
    target = f"{case.base}/bench"
    process = subprocess.Popen([lab.program, "admin", "io_adapter_benchmark", "-d", target, "-p", "write", "-t", "2", "-l", "60",
                                "-o", "64K", "-c", "true", "--output", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    case.at_end(process.kill)
    wait_until(lambda: len(files_below(target)) > 20 or process.poll() is not None, 60, "the first objects")
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    case.equal(process.returncode, 9, out + err)
    case.equal((json.loads(out)["status"], files_below(target)), ("CANCELLED", []), err)
    case.true(time.monotonic() - started < 30, "it took long to end")


def doctor(case):
    """Room at a destination of this machine, and inotify: on a directory that is not made yet, too."""
    os.makedirs(f"{case.base}/db")
    lab = Installation(case.build, f"{case.base}/lab", [Tenant("t", f"{case.base}/db")])
    lab.cli("archive", "set-dest", "--tenant", "t", "--location", lab.archive_uri("t"))
    findings = json.loads(lab.run("doctor", "--output", "json").stdout)
    room = [f for f in findings if f["check"] == "free space" and "/media/t/archive" in f["text"]]
    case.equal(len(room), 1, f"room at the destination: {findings}")
    fs = os.statvfs(case.base)
    left = int(re.search(r"(\d+) MB left", room[0]["text"]).group(1))
    case.true(abs(left - (fs.f_bavail * fs.f_frsize >> 20)) < 4096, f"{left} MB and statvfs")
    inotify = [f for f in findings if f["check"] == "inotify"]
    case.true(len(inotify) == 1 and inotify[0]["level"] == "ok", f"inotify: {findings}")
    with open("/proc/sys/fs/inotify/max_user_watches", encoding="ascii") as limit:
        case.contains(inotify[0]["text"], limit.read().strip(), "the limit")


if __name__ == "__main__":
    sys.exit(run_cases({"manual": manual, "io-device": io_device, "io-device-refused": io_device_refused, "benchmark": benchmark,
                        "benchmark-wrong-words": benchmark_wrong_words, "dump-tree": dump_tree, "dump-damage": dump_damage,
                        "wrong-words": wrong_words, "secrets": secrets, "interrupted": interrupted,
                        "doctor": doctor}))
