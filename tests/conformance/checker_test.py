"""Does seabed-driver-check bite? It passes good drivers and names the test that catches each broken one.

Usage: checker_test.py [case …]
"""
# ctest: timeout=600
# case: good
# case: broken
# case: reports
# case: usage
# case: told
import json
import os
import subprocess
import xml.etree.ElementTree

from case import run_cases

SECRET = "a-token-that-must-stay-inside"

# A broken driver: the tests that catch it, and a word of what each says.
BROKEN = {
    "short_reads": {"object.every_byte_comes_back": "not the bytes"},
    "lost_last_byte": {"object.every_byte_comes_back": "not the bytes"},
    "list_skips": {"list.keys_rise_bytewise": "the list in pages of 1", "list.pages_over_a_thousand_keys": "the list"},
    "list_lags": {"list.sees_writes_at_once": "entries after a put"},
    "ignores_condition": {"conditional.keeps_the_first": "ALREADY_EXISTS was expected"},
    "checks_then_puts": {"conditional.one_of_eight_wins": "two of eight"},
    "torn_put": {"atomic.a_reader_sees_old_or_new": "no version's size"},
    "leaked_handle": {"leak.open_and_close": "descriptors are open"},
    "leaked_on_error": {"leak.operations": "descriptors are open"},
    "exception_crosses": {"object.missing_is_not_found": "NOT_FOUND was expected"},
    "overruns_structs": {"abi.stat_older_and_newer": "Segmentation fault|AddressSanitizer",
                         "abi.part_older_and_newer": "Segmentation fault|AddressSanitizer",
                         "abi.open_args_newer": "INVALID_ARGUMENT"},
    "any_host": {"abi.host_of_another_major_is_refused": "was accepted",
                 "table.an_unknown_key_is_refused": "INVALID_ARGUMENT was expected"},
    "ignored_deadline": {"deadline.a_passed_one_does_nothing": "TIMEOUT was expected",
                         "cancel.a_cancelled_call_does_nothing": "CANCELLED was expected"},
    "claims_too_much": {"tags.are_set_read_and_replaced": "UNSUPPORTED"},
    "claims_too_little": {"unclaimed.append": "UNSUPPORTED was expected",
                          "unclaimed.conditional_put": "UNSUPPORTED was expected"},
    "appends_anywhere": {"append.wrong_position_changes_nothing": "CONFLICT was expected"},
    "joins_all_parts": {"upload.only_the_named_parts_are_joined": "the object"},
    "abort_keeps": {"upload.abort_leaves_nothing": "NOT_FOUND was expected"},
    "silent_removal": {"object.remove_tells_for_each_key": "did not tell of a key"},
    "missing_is_transient": {"object.missing_is_not_found": "told as NOT_FOUND, transient"},
    "prints": {"object.put_then_read": "printed"},
    "tells_secret": {"object.missing_is_not_found": "wrote a secret"},
    "hidden_thread": {"threads.only_declared_ones": "1 threads run"},
    "hangs": {"object.missing_is_not_found": "did not end within"},
    "exports_more": {"abi.exports_one_symbol": "AcmeInternalFunction"},
    "retry_inside": {"fault.no_retry_inside": "was tried 3 times"},
    "deaf_when_hanging": {"fault.deadline_is_kept_when_the_server_hangs": "behind its deadline"},
    "sure_of_unknown": {"fault.write_of_unknown_outcome": "may have been done"},
}


class Checker:
    def __init__(self, case):
        self.program = os.path.join(case.build, "bin", "seabed-driver-check")
        self.drivers = os.path.join(case.build, "test-drivers", "checked")
        self.base = case.base

    def config(self, name, *lines):
        path = os.path.join(self.base, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
        return path

    def run(self, driver, uri, *more):
        run = subprocess.run([self.program, "--driver", driver, "--uri", uri, "--output", "json", *more],
                             capture_output=True, text=True, timeout=500)
        return run.returncode, json.loads(run.stdout) if run.stdout else {}, run.stderr


def failures(report):
    return {test["name"]: test["text"] for test in report["tests"] if test["status"] == "failed"}


def statuses(report, status):
    return [test["name"] for test in report["tests"] if test["status"] == status]


def good(case):
    """A driver whose medium is at fault, and that takes it well."""
    checker = Checker(case)
    faults = checker.config("faults", f'token = "{SECRET}"', "check.fault_uri = acme://fault?endpoint={port}")
    status, report, errors = checker.run(checker.drivers + "/seabed_networked.so", "acme://networked", "--config", faults)
    case.equal(failures(report), {}, f"failures {errors}")
    case.equal(status, 0, "exit status")
    case.equal([name for name in statuses(report, "skipped") if name.startswith("fault.")],
               ["fault.busy_server_is_throttling"], "skipped with a fault_uri, but without fault_http")


def broken(case):
    checker = Checker(case)
    built = {name[len("seabed_"):-len(".so")] for name in os.listdir(checker.drivers + "/broken")}
    case.equal(set(BROKEN), built, "the broken drivers that are known here and those that are built")
    config = checker.config("config", f"token = {SECRET}", "check.fault_uri = acme://fault?endpoint={port}")
    for name, expected in BROKEN.items():
        status, report, errors = checker.run(f"{checker.drivers}/broken/seabed_{name}.so", f"acme://{name}",
                                             "--config", config, "--filter", ",".join(expected), "--timeout",
                                             "5" if name == "hangs" else "120")
        case.equal(status, 1, f"exit status for {name} {errors}")
        found = failures(report)
        for test, words in expected.items():
            text = found.get(test, "it passed")
            case.true(any(word in text for word in words.split("|")), f"{test} says of {name}: {text!r}, wanted {words}")
        case.true(SECRET not in json.dumps(report), f"{name}: the report holds the secret")


def reports(case):
    """JUnit and JSON agree, and nothing is left on the medium."""
    checker = Checker(case)
    junit = case.base + "/junit.xml"
    status, report, _ = checker.run(checker.drivers + "/broken/seabed_ignores_condition.so", f"acme://{case.base}/a",
                                    "--junit", junit, "--filter", "conditional.,unclaimed.append")
    case.equal(status, 1, "exit status")
    suite = xml.etree.ElementTree.parse(junit).getroot().find("testsuite")
    counts = {"tests": len(report["tests"]), "failures": report["failed"], "skipped": report["skipped"]}
    case.equal({key: int(suite.get(key)) for key in counts}, counts, "counts in JUnit")
    case.equal(sorted(t.get("name") for t in suite.iter("testcase") if t.find("failure") is not None),
               sorted(failures(report)), "failures in JUnit")
    root = case.base + "/file"
    status, report, _ = checker.run(case.build + "/drivers/seabed_file.so", f"file://{root}", "--filter", "upload.,object.")
    case.equal(status, 0, f"exit status of file {failures(report)}")
    left = [os.path.join(at, name) for at, _, names in os.walk(root) for name in names]
    case.equal(left, [], "objects left behind")


def told(case):
    """What the operator told that the medium cannot is skipped with its reason, and nothing else is."""
    checker = Checker(case)
    config = checker.config("told", "check.medium_cannot = upload.only_the_named_parts_are_joined, object.put_then_read")
    broken_one = [f"{checker.drivers}/broken/seabed_joins_all_parts.so", "acme://told"]
    tests = ["--filter", "upload.only_the_named_parts_are_joined,object.put_then_read"]
    status, report, errors = checker.run(*broken_one, *tests)
    case.equal((status, statuses(report, "failed")), (1, ["upload.only_the_named_parts_are_joined"]), f"untold {errors}")
    status, report, errors = checker.run(*broken_one, *tests, "--config", config)
    case.equal((status, statuses(report, "skipped"), statuses(report, "passed")),
               (0, ["upload.only_the_named_parts_are_joined"], ["object.put_then_read"]), f"told {errors}")
    case.contains(str(report["tests"]), "told beforehand that the medium cannot: the object")
    config = checker.config("other", "check.medium_cannot = object.put_then_read")
    case.equal(checker.run(*broken_one, *tests, "--config", config)[0], 1, "told of another test")
    config = checker.config("no-test", "check.medium_cannot = object.never")
    case.contains(checker.run(*broken_one, "--config", config)[2], "names no test: object.never")


def usage(case):
    checker = Checker(case)
    acme = checker.drivers + "/seabed_acme.so"
    for arguments in (["--driver", acme], ["--uri", "acme://x"], ["--driver", acme, "--uri", "nonsense"],
                      ["--driver", acme, "--uri", "acme://x", "--config", case.base + "/missing"],
                      ["--driver", acme, "--uri", "acme://x", "--output", "yaml"], ["--unknown"]):
        run = subprocess.run([checker.program, *arguments], capture_output=True, text=True, timeout=60)
        case.equal(run.returncode, 2, f"exit status of {arguments}")
        case.contains(run.stderr, "usage:", f"words for {arguments}")
    listed = subprocess.run([checker.program, "--list"], capture_output=True, text=True, timeout=60)
    case.contains(listed.stdout, "conditional.one_of_eight_wins\n", "--list")
    status, _, errors = checker.run("/bin/true", "acme://x")
    case.true(status == 1 and "driver" in errors, f"a file that is no driver: {status} {errors}")


if __name__ == "__main__":
    raise SystemExit(run_cases({"good": good, "broken": broken, "reports": reports, "usage": usage, "told": told}))
