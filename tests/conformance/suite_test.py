"""seabed-driver-check on the file driver and on the SDK's template; under the sanitizers too.

Usage: suite_test.py [case …]
"""
# ctest: timeout=600 labels=fast
# case: file
# case: template_in_memory
# case: template_on_a_disk
import json
import os
import subprocess

from case import run_cases


def check(case, driver, uri, skipped=()):
    """Every test passes; of those that the driver's claims choose, none is skipped."""
    run = subprocess.run([os.path.join(case.build, "bin", "seabed-driver-check"), "--driver", os.path.join(case.build, driver),
                          "--uri", uri, "--output", "json"], capture_output=True, text=True, timeout=550)
    case.true(run.returncode in (0, 1), f"exit {run.returncode}: {run.stderr}")
    report = json.loads(run.stdout)
    case.equal({t["name"]: t["text"] for t in report["tests"] if t["status"] == "failed"}, {}, f"failures of {driver}")
    case.equal(run.returncode, 0, "exit status")
    groups = {t["name"].split(".")[0] for t in report["tests"] if t["status"] == "skipped"}
    case.equal(groups, {"extension", "fault", "unclaimed", *skipped}, "groups with skipped tests")
    case.true(report["passed"] > 50, f"only {report['passed']} tests were chosen")


def file(case):
    check(case, "drivers/seabed_file.so", f"file://{case.base}/file", skipped=["tags"])


def template_in_memory(case):
    check(case, "test-drivers/checked/seabed_acme.so", "acme://memory")


def template_on_a_disk(case):
    check(case, "test-drivers/checked/seabed_acme.so", f"acme://{case.base}/objects")


if __name__ == "__main__":
    raise SystemExit(run_cases({"file": file, "template_in_memory": template_in_memory,
                                "template_on_a_disk": template_on_a_disk}))
