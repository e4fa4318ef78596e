"""kill -9 in the middle of a data file of several parts, on real object stores: the next agent sends the parts that are not
there yet, seen on the wire; the set verifies and restores to the very rows, and no upload stays open. Kills at the backup's
states on S3."""
# ctest: timeout=300
# case: s3
# case: stopped-s3
# case: oss
# case: azblob
# case: states-s3
import base64
import shutil
import subprocess
import sys
import time
import urllib.parse

import media
from case import run_cases
from fault_proxy import FaultProxy
from installation import Installation, Tenant, wait_until
from kill_resume_test import died, finished_sets, ledger_and_lab, start_to_die, try_verb
from ledger_story import compare, pass_time
from medium_test import boto, clean, medium_of

MEGABYTES, PART = 48, 5 << 20
PARTS = MEGABYTES * 1_000_000 // PART   # at least
KILL_AFTER = 6
THREADS = 2   # parts under way when the agent dies: their answers may be lost
SLOW = 40_000  # kbit/s a connection


def bulk(case, *more):
    run = subprocess.run([f"{case.build}/bin/bulk_load", "--db", f"{case.base}/bulk.db", "--size-mb", str(MEGABYTES), "--cfs", "1",
                          *more], capture_output=True, text=True, timeout=200)
    case.equal(run.returncode, 0, f"bulk_load {more}: {run.stderr}{run.stdout}")


def verify_rows(case, directory):
    shutil.copy(f"{case.base}/bulk.db.generations", directory + ".generations")   # what the values are a function of
    run = subprocess.run([f"{case.build}/bin/bulk_load", "--db", directory, "--size-mb", str(MEGABYTES), "--cfs", "1", "--verify"],
                         capture_output=True, text=True, timeout=200)
    case.equal(run.returncode, 0, f"the restored rows: {run.stdout[-500:]}{run.stderr[-500:]}")


def part_of(line):
    """(object, number) of a request that sends a part of a data file."""
    if not line.startswith("PUT ") or "/major_data_turn_" not in line or "/macro_block_data." not in line:
        return None
    path, _, query = line[4:].partition("?")
    facts = urllib.parse.parse_qs(query)
    if "partNumber" in facts:
        return path, int(facts["partNumber"][0])
    if facts.get("comp") == ["block"]:   # "<upload>-<number>"; 0 marks the upload, 99999 its abort
        number = int(base64.b64decode(facts["blockid"][0]).decode().rsplit("-", 1)[1])
        return (path, number) if 0 < number < 99_999 else None
    return None


def sent(proxy, begin=0):
    return [part for line in proxy.requests[begin:] if (part := part_of(line))]


def behind_proxy(case, medium):
    proxy = FaultProxy(medium.facts["port"])
    port = proxy.start()
    case.at_end(proxy.stop)
    medium.defaults["host"] = medium.defaults["host"].replace(f":{medium.facts['port']}", f":{port}")
    return proxy


def resumed(case, name, end=lambda lab: lab.kill_agent()):
    medium = medium_of(case, name)
    proxy = behind_proxy(case, medium)
    bulk(case, "--compact")
    lab = Installation(case.build, case.base, [Tenant("t", f"{case.base}/bulk.db")], medium=medium,
                       limits={"part_bytes": PART, "backup_threads": THREADS, "lease_ms": 2000})
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t", lag="0" if medium.append else "400ms")
    proxy.add("rate", kbps=SLOW)
    proxy.cut()
    lab.cli("backup", "start", "--tenant", "t")
    wait_until(lambda: len(sent(proxy)) >= KILL_AFTER, 120, "parts on the wire")
    end(lab)
    proxy.clear()
    proxy.cut()
    time.sleep(0.2)   # what was still on its way through the proxy
    before, begin = sent(proxy), len(proxy.requests)
    there = listed(medium) if name == "s3" else set()
    lab.start_agent()
    done = wait_until(lambda: finished_sets(lab), 120, "the interrupted set")
    case.equal(done[-1]["status"], "SUCCESS", f"the set: {done[-1]}")
    after = sent(proxy, begin)
    again = sorted(set(before) & set(after))
    case.true(len(before) >= KILL_AFTER and len(set(before) | set(after)) >= PARTS, f"{len(before)} and {len(after)} parts")
    case.true(len(again) <= THREADS, f"sent again: {again}, before: {before}, after: {after}\n{lab.agent_log()[-3000:]}")
    case.true(len(again) == len(after) + len(set(before)) - len(set(before) | set(after)), f"sent twice: {after}")
    if name == "s3":
        case.true(len(there) >= KILL_AFTER - THREADS, f"the gateway lists {there}")
        case.true(len(there & {number for _, number in after}) <= THREADS, f"listed {there}, sent again {after}")
        left = boto(medium).list_multipart_uploads(Bucket=media.BUCKET).get("Uploads", [])
        case.equal(left, [], "uploads that stayed open")
    lab.wait_checkpoint("t", time.time_ns())
    clean(case, lab)
    lab.stop()
    lab.restore("t", f"{case.base}/restored")
    verify_rows(case, f"{case.base}/restored/bulk.db")


def listed(medium):
    """Numbers of the parts that the gateway has, by a client that is not ours."""
    client = boto(medium)
    out = set()
    for upload in client.list_multipart_uploads(Bucket=media.BUCKET).get("Uploads", []):
        if "/major_data_turn_" in upload["Key"]:
            parts = client.list_parts(Bucket=media.BUCKET, Key=upload["Key"], UploadId=upload["UploadId"])
            out |= {part["PartNumber"] for part in parts.get("Parts", [])}
    return out


def states(case):
    medium = medium_of(case, "s3")
    ledger, lab = ledger_and_lab(case, "states", medium)
    lab.start_agent()
    lab.protect("t", lag="400ms")
    for state in ("backup/BACKUP_USER_META", "backup/BACKUP_DATA_MINOR", "backup/BACKUP_DATA_MAJOR", "backup/COMPLETED"):
        start_to_die(lab, state)
        try_verb(lab, "backup", "start", "--tenant", "t", "--wait")
        died(case, lab, state)
        lab.start_agent()
        lab.wait_archive("t")
        done = wait_until(lambda: finished_sets(lab), 60, f"the set that was interrupted at {state}")
        case.equal(done[-1]["status"], "SUCCESS", f"set after a kill at {state}: {done[-1]}")
    pass_time(lab, "t", 0.5)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    compare(case, lab, ledger, "t", "latest")
    clean(case, lab)


CASES = {name: lambda case, name=name: resumed(case, name) for name in ("s3", "oss", "azblob")}
# An agent that is told to stop leaves its uploads open as well.
CASES["stopped-s3"] = lambda case: resumed(case, "s3", lambda lab: lab.stop_agent())
CASES["states-s3"] = states

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
