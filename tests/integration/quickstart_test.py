"""The quickstart itself, short: what a first reader runs, plain and on a terminal."""
# ctest: timeout=180
# case: plain
# case: terminal
# case: myrocks
import os
import pty
import re
import subprocess
import sys

from case import run_cases

QUICKSTART = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/lab/quickstart.py")
LAST = re.compile(r"quickstart: restored to \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}: EQUAL\s*")
EVENTS = ("DOING", "full backup", "incremental backup", "the moment that we shall want back", "deleted")


def command(case, *more):
    return ["/usr/bin/python3", QUICKSTART, "--build", case.build, "--seconds", "4", *more]


def judge(case, status, text, events):
    case.equal(status, 0, text[-3000:])
    case.true(LAST.fullmatch(text.rstrip("\n").splitlines()[-1]), f"the last line: {text[-300:]!r}")
    timeline = text[text.index("timeline (UTC)"):]
    for event in events:
        case.contains(timeline, event, "the timeline")


def plain(case, *more):
    run = subprocess.run(command(case, *more), capture_output=True, text=True, timeout=170)
    judge(case, run.returncode, run.stdout, EVENTS)
    case.true("\033" not in run.stdout + run.stderr, "no colour in a file")


def terminal(case):
    """On a terminal: the archive's position while it waits, the verbs' progress, and colours in the timeline."""
    master, slave = pty.openpty()
    process = subprocess.Popen(command(case), stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    said = b""
    try:
        while chunk := os.read(master, 65536):
            said += chunk
    except OSError:
        pass  # the other side was closed: the end
    text = said.decode().replace("\r\n", "\n")
    judge(case, process.wait(30), text, EVENTS)
    case.contains(text, "archived until", "how far the archive is")
    timeline = text[text.index("timeline (UTC)"):]
    for colour in ("\033[31m", "\033[32m", "\033[36m"):
        case.contains(timeline, colour, "colours of the timeline")


if __name__ == "__main__":
    sys.exit(run_cases({"plain": plain, "terminal": terminal, "myrocks": lambda case: plain(case, "--myrocks")}))
