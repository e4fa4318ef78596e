"""A C++ program outside the tree reads a quick tenant by the installed CMake package alone."""
# ctest: timeout=300
import json
import os
import re
import shutil
import subprocess
import sys

from case import run_cases
from ledger_story import told_bounds
from quick_test import story

HERE = os.path.dirname(os.path.abspath(__file__))


def built_outside(case):
    """quick_copy.cc, alone in a folder, with the lines of docs/quick-restore.md."""
    prefix, folder = f"{case.base}/prefix", f"{case.base}/reader"
    for component in ("sdk", "open_quick"):
        subprocess.run(["cmake", "--install", f"{case.build}/sdk", "--component", component, "--prefix", prefix], check=True,
                       stdout=subprocess.DEVNULL)
    os.mkdir(folder)
    shutil.copy(f"{HERE}/quick_copy.cc", f"{folder}/reader.cc")
    with open(f"{HERE}/../../docs/quick-restore.md", encoding="utf-8") as page:
        lines = re.search(r"```cmake\n(.*?)```", page.read(), re.DOTALL)[1]
    package, link = lines.splitlines()
    with open(f"{folder}/CMakeLists.txt", "w", encoding="utf-8") as project:
        project.write(f"cmake_minimum_required(VERSION 3.25)\nproject(reader CXX)\n{package}\nadd_executable(reader reader.cc)\n{link}\n")
    for command in (["cmake", "-S", folder, "-B", f"{folder}/build", f"-DCMAKE_PREFIX_PATH={prefix}"], ["cmake", "--build", f"{folder}/build"]):
        run = subprocess.run(command, capture_output=True, text=True)
        case.equal(run.returncode, 0, f"{command}: {run.stdout[-2000:]}{run.stderr[-2000:]}")
    return f"{folder}/build/reader", prefix


def reads(case):
    reader, prefix = built_outside(case)
    library = next(os.path.join(d, n) for d, _, names in os.walk(prefix) for n in names if n.endswith(".so.1.0.0"))
    shown = subprocess.run(["nm", "-DC", "--defined-only", library], check=True, capture_output=True, text=True).stdout.splitlines()
    strange = [line for line in shown if not re.search(r" (seabed::open_quick|seabed::QuickDb::(?!Parts)|SEABED_OPEN_QUICK_1)", line)]
    case.equal(strange, [], "symbols that the library shows")
    ledger, lab, full = story(case)
    directory = f"{case.base}/quick"
    until = ["--until-scn", full["min_restore_scn"]]
    _, limits = told_bounds(lab, "t", lambda: lab.restore("t", directory, "--method", "quick", *until, activate=False), *until)
    run = subprocess.run([reader, directory, os.path.realpath(f"{case.build}/drivers"), f"{case.base}/copy"], capture_output=True,
                         text=True, timeout=120, env=lab.env)
    case.equal(run.returncode, 0, run.stderr)
    case.true(json.loads(run.stdout)["bytes"] > 0, f"nothing was read from the medium: {run.stdout}")
    status, verdict = ledger.check(f"{case.base}/copy", *limits)
    case.equal(status, 0, f"{verdict}, {limits}")


if __name__ == "__main__":
    sys.exit(run_cases({"reads": reads}))
