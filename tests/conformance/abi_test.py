"""The driver ABI is what it was: abidiff against the committed baseline, and a driver frozen with 1.0 on today's hosts.

A change that only adds at the end of a struct is compatible: then abi/seabed_driver_v1.abi is written anew with
`abi_test.py write`, in the same change and with the minor version raised. Any other change needs another major.
"""
# ctest: timeout=300
# case: baseline
# case: bites
# case: frozen_driver
import os
import platform
import shutil
import subprocess
import sys

from case import Skip, run_cases

HERE = os.path.dirname(os.path.abspath(__file__))
BASELINE = os.path.join(HERE, "abi", "seabed_driver_v1.abi")
INCLUDE = os.path.join(HERE, "..", "..", "sdk", "include")


def surface(build):
    return os.path.join(build, "test-drivers", "libseabed_abi_surface.so")


def abidiff(library):
    if platform.machine() != "x86_64":
        raise Skip("the baseline is of x86-64")
    if not shutil.which("abidiff"):
        raise Skip("abidiff is missing (Debian: abigail-tools)")
    return subprocess.run(["abidiff", BASELINE, library], capture_output=True, text=True, timeout=120)


def baseline(case):
    run = abidiff(surface(case.build))
    case.true(run.returncode == 0, f"the ABI is not the baseline's:\n{run.stdout}{run.stderr}\n{__doc__}")


def bites(case):
    """A field moved, a value changed, a parameter widened: each is found."""
    changes = {"context.h": ("  uint64_t trace_id;", "  uint32_t trace_id;"), "error.h": ("SEABED_TIMEOUT = 10", "SEABED_TIMEOUT = 14"),
               "driver.h": ("uint64_t offset, void* buffer, size_t size,", "uint64_t offset, void* buffer, uint32_t size,")}
    for header, (old, new) in changes.items():
        include = os.path.join(case.base, header)
        shutil.copytree(INCLUDE, include)
        path = os.path.join(include, "seabed", header)
        with open(path, encoding="utf-8") as text:
            content = text.read()
        case.contains(content, old, header)
        with open(path, "w", encoding="utf-8") as out:
            out.write(content.replace(old, new))
        library = os.path.join(case.base, header + ".so")
        subprocess.run(["cc", "-std=c11", "-g", "-shared", "-fPIC", "-I" + include, os.path.join(HERE, "abi", "surface.c"),
                        "-o", library], check=True, timeout=60)
        case.true(abidiff(library).returncode != 0, f"abidiff did not see that {old} became {new}")


def frozen_driver(case):
    """Compiled against the frozen headers and glue of 1.0: the checker and the program take it."""
    kept = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=os.path.join(HERE, "abi", "v1"),
                          capture_output=True, text=True, timeout=60)
    case.true(kept.returncode == 0, f"abi/v1 is frozen and was changed:\n{kept.stdout}{kept.stderr}")
    directory = os.path.join(case.build, "test-drivers", "frozen")
    run = subprocess.run([os.path.join(case.build, "bin", "seabed-driver-check"), "--driver", directory + "/seabed_frozen_v1.so",
                          "--uri", f"acme://{case.base}/objects"], capture_output=True, text=True, timeout=280)
    case.true(run.returncode == 0, f"the checker refuses it:\n{run.stdout}{run.stderr}")


def write():
    """The baseline anew, without a path of this machine in it."""
    subprocess.run(["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--out-file", BASELINE,
                    surface(os.environ["SEABED_BUILD"])], check=True)
    with open(BASELINE, encoding="utf-8") as file:
        text = file.read()
    with open(BASELINE, "w", encoding="utf-8") as file:
        file.write(text.replace(os.path.join(HERE, "abi") + "/", ""))


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    else:
        raise SystemExit(run_cases({"baseline": baseline, "bites": bites, "frozen_driver": frozen_driver}))
