"""What seabed-driver-check says of a driver on a real server: all passes, and nothing is skipped but what has no other way."""
import json

# Claimed, so that the opposite is not asked; and extensions that nobody has.
NEEDLESS = ("unclaimed.", "extension.")


def judge(case, run, skipped=(), least=50):
    """`run`: the checker's finished process, with --output json. `skipped`: names that may be skipped as well, and
    reasons ("not claimed: tags")."""
    case.true(run.stdout, f"no report: {run.stderr[-2000:]}")
    tests = json.loads(run.stdout)["tests"]
    failed = {test["name"]: test["text"] for test in tests if test["status"] == "failed"}
    case.equal((failed, run.returncode), ({}, 0), f"failures and exit status {run.stderr[-2000:]}")
    strange = {test["name"]: test["text"] for test in tests if test["status"] == "skipped"
               and not test["name"].startswith(NEEDLESS) and not {test["name"], test["text"]} & set(skipped)}
    case.equal(strange, {}, "skipped tests")
    passed = sum(test["status"] == "passed" for test in tests)
    case.true(passed >= least, f"only {passed} tests passed")
