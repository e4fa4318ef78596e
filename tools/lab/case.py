"""A test case in a scratch directory: checks that say what was expected, and cleaning up in reverse order."""
import os
import sys
import tempfile
import traceback

from installation import remove


class Skip(Exception):
    """This machine cannot run the case; the text says why."""


class Case:
    def __init__(self, build, base):
        self.build, self.base = build, base
        self._cleanups = []

    def at_end(self, call):
        self._cleanups.append(call)

    def finish(self):
        for call in reversed(self._cleanups):
            call()

    def true(self, condition, what):
        if not condition:
            raise AssertionError(what)

    def equal(self, found, wanted, what=""):
        if found != wanted:
            raise AssertionError(f"{what}: found {found!r}, wanted {wanted!r}")

    def contains(self, text, part, what=""):
        if part not in text:
            raise AssertionError(f"{what}: {part!r} is not in {text!r}")


def run_case(name, body, build):
    base = tempfile.mkdtemp(prefix="seabed-test-", dir="/var/tmp")
    case = Case(build, base)
    try:
        body(case)
        print(f"ok {name}")
        return 0
    except Skip as reason:
        print(f"skipped {name}: {reason}")
        return 77
    except Exception:
        traceback.print_exc()
        for log in ("agent.log", "linker.log"):
            path = os.path.join(base, log)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as text:
                    print(f"--- {log} ---\n{text.read()[-6000:]}", file=sys.stderr)
        return 1
    finally:
        case.finish()
        if not os.environ.get("SEABED_KEEP"):
            remove(base)
        else:
            print(f"left in {base}")


def run_cases(cases):
    """Runs the cases named on the command line, or all; the worst exit status."""
    build = os.environ["SEABED_BUILD"]
    wanted = sys.argv[1:] or list(cases)
    unknown = [name for name in wanted if name not in cases]
    if unknown:
        print(f"no case {unknown[0]}; there are: {', '.join(cases)}", file=sys.stderr)
        return 2
    results = [run_case(name, cases[name], build) for name in wanted]
    return 1 if 1 in results else max(results)
