#!/usr/bin/python3
"""The npm writers try themselves: written, killed, resumed, copied, compared; then damage that must be seen.

  self_test.py [--modules DIR]     DIR: a node_modules made by ./install; without it a scratch one is made
"""
import argparse, json, os, shutil, signal, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))


def node(script, engine, modules, base, *more, db="db"):
    return ["node", f"{HERE}/{script}", "--engine", engine, "--modules", modules, "--db", f"{base}/{db}",
            "--log", base + "/log", *more]


def check(engine, modules, base, *more):
    run = subprocess.run(node("check.js", engine, modules, base, *more, db="copy"), capture_output=True, text=True,
                         timeout=120)
    return run.returncode, (json.loads(run.stdout) if run.stdout else run.stderr)


def copy(base):
    shutil.rmtree(base + "/copy", ignore_errors=True)
    shutil.copytree(base + "/db", base + "/copy")


def try_engine(engine, modules, base):
    for _ in range(2):
        writer = subprocess.Popen(node("write.js", engine, modules, base), stdout=subprocess.PIPE, text=True)
        assert "ready" in writer.stdout.readline()
        size, deadline = os.path.getsize(base + "/log"), time.time() + 60
        while os.path.getsize(base + "/log") < size + 100_000 and time.time() < deadline:
            time.sleep(0.01)
        writer.send_signal(signal.SIGKILL)
        writer.wait(30)
        copy(base)
        status, verdict = check(engine, modules, base)
        assert status == 0, verdict
    run = subprocess.run(node("write.js", engine, modules, base, "--commits", "3000"), capture_output=True, text=True,
                         timeout=120)
    assert run.returncode == 0, run.stderr
    last = json.loads(run.stdout.splitlines()[-1])["commit"]
    copy(base)
    status, verdict = check(engine, modules, base, "--expect", str(last))
    assert status == 0, verdict
    copy(base)
    assert check(engine, modules, base, "--until-hi", str(verdict["before_ns"] - 10**6))[0] == 1
    with open(base + "/log") as log:
        text = log.read()
    with open(base + "/log", "w") as log:  # without the last start, its commits should carry another epoch
        log.writelines(line for line in text.splitlines(True) if not line.startswith("R 2 "))
    assert check(engine, modules, base)[0] != 0


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--modules")
    opt = args.parse_args()
    if not opt.modules and not shutil.which("npm"):
        print("npm is not installed")
        sys.exit(77)
    scratch = tempfile.mkdtemp(prefix="seabed-compat-")
    try:
        if not opt.modules:
            subprocess.run([HERE + "/install", scratch + "/npm"], check=True, timeout=300)
        for engine in ("rocksdb-6.17", "rocksdb-11.8"):
            base = f"{scratch}/{engine}"
            os.mkdir(base)
            try_engine(engine, os.path.abspath(opt.modules or scratch + "/npm/node_modules"), base)
            print("ok  ", engine, flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


main()
