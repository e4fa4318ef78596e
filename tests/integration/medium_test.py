"""The main job on every medium, against its real server: archive a live writer, full, incremental, lose everything, restore
to a moment in the middle and to the latest one, compared with the writer's own log. Trees copied from S3 elsewhere and back."""
# ctest: timeout=400
# case: s3
# case: oss
# case: azblob
# case: nfs lock=rpcbind
# case: lag-floor
# case: secrets
# case: cross-cloud
# case: killed-agent
import fcntl
import os
import re
import shutil
import sys
import time

import media
from case import Skip, run_cases
from installation import Installation, Tenant, remove
from ledger import Ledger
from ledger_story import compare, pass_time

PROGRAMS = {"s3": "radosgw", "azblob": "npm", "nfs": "ganesha.nfsd"}


def azurite_modules(build):
    """Installed once for a build directory, by one test while others wait."""
    from azurite import Azurite
    base = f"{build}/npm/azurite"
    os.makedirs(base, exist_ok=True)
    with open(f"{base}/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(f"{base}/done"):
            Azurite(base, base).install()
            open(f"{base}/done", "w", encoding="ascii").close()
    return base


def medium_of(case, name):
    if name in PROGRAMS and not shutil.which(PROGRAMS[name]):
        raise Skip(f"{PROGRAMS[name]} is not installed")
    if name == "nfs" and os.geteuid() != 0:
        raise Skip("NFS-Ganesha with VFS needs root")
    more = {"modules": azurite_modules(case.build)} if name == "azblob" else {}
    medium = media.start(name, case.base, **more)
    case.at_end(medium.stop)
    return medium


def writer(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "256"])
    ledger.start("--rate", "1000", "--seconds", "240")
    case.at_end(ledger.kill)
    return ledger


def run_job(case, medium, **more):
    """(lab, ledger, middle): protected, backed up twice, the writer dead and its log archived to the end."""
    ledger = writer(case)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], medium=medium, **more)
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t", lag="0" if medium.append else "400ms")
    pass_time(lab, "t", 0.5)
    full = lab.backup("t")
    pass_time(lab, "t", 0.5)
    middle = time.time_ns()
    pass_time(lab, "t", 0.5)
    incremental = lab.backup("t", incremental=True)
    case.true(incremental["backup_set_id"] > full["backup_set_id"], "set ids rise")
    case.true(incremental["min_restore_scn"] > full["min_restore_scn"], "and their restore points")
    pass_time(lab, "t", 0.5)
    ledger.kill()
    lab.wait_checkpoint("t", time.time_ns())
    return lab, ledger, middle


def judge(case, lab, ledger, middle, name=""):
    remove(ledger.db)
    compare(case, lab, ledger, "t", f"{name}middle", "--until-scn", middle)
    latest = compare(case, lab, ledger, "t", f"{name}latest")
    case.true(latest["next_before_ns"] == 0 or latest["next_before_ns"] > middle, f"latest is old: {latest}")


def clean(case, lab):
    report = lab.cli("verify", *lab.sources("t"))
    case.equal([f for f in report["findings"] if f["error"]], [], "verify")


def main_job(case, name):
    medium = medium_of(case, name)
    lab, ledger, middle = run_job(case, medium)
    clean(case, lab)
    lab.stop()
    judge(case, lab, ledger, middle)
    if name == "s3":
        check_parts(case, medium)
        check_deleted_object(case, medium, lab)


def boto(medium):
    import boto3
    from botocore.config import Config
    return boto3.client("s3", endpoint_url=medium.facts["endpoint"], aws_access_key_id=medium.facts["access_id"],
                        aws_secret_access_key=medium.facts["access_key"], region_name="us-east-1",
                        config=Config(s3={"addressing_style": "path"}))


def s3_keys(client):
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=media.BUCKET)
    return {o["Key"]: o["Size"] for page in pages for o in page.get("Contents", [])}


def check_deleted_object(case, medium, lab):
    """An object under a kept set, taken away by another client: verify tells its name."""
    client = boto(medium)
    victim = next(key for key in sorted(s3_keys(client)) if "/major_data_turn_" in key and "/macro_block_data." in key)
    body = client.get_object(Bucket=media.BUCKET, Key=victim)["Body"].read()
    client.delete_object(Bucket=media.BUCKET, Key=victim)
    run = lab.run("verify", "--quick", *lab.sources("t"), "--output", "json")
    case.equal(run.returncode, 5, f"verify without {victim}")
    case.contains(run.stdout, victim.split("/", 1)[1][-60:], "the name of what is gone")
    client.put_object(Bucket=media.BUCKET, Key=victim, Body=body)
    case.equal(lab.run("verify", "--quick", *lab.sources("t")).returncode, 0, "verify with it again")


def check_parts(case, medium):
    """Seen by a client that is not ours: the introduction's names, contiguous from 0, sealed."""
    files = {}
    for key, size in s3_keys(boto(medium)).items():
        found = re.fullmatch(r"(.*/logstream_\d+/log/\d+\.obarc)/@APD_PART@(.*)\.obarc", key)
        if "/log/" in key:
            case.true(found, f"{key} is no part")
            files.setdefault(found[1], {})[found[2]] = size
    case.true(files, "no log files")
    for name, parts in files.items():
        case.true("FORMAT_META" in parts, f"{name} has no FORMAT_META")
        case.true("SEAL_META" in parts, f"{name} has no SEAL_META although the agent stopped")
        ranges = sorted(tuple(map(int, part.split("-"))) for part in parts if not part.endswith("_META"))
        at = 0
        for start, end in ranges:
            case.equal(start, at, f"{name}: the next part's start")
            case.equal(parts[f"{start}-{end}"], end - start, f"{name}: the size of {start}-{end}")
            at = end


def lag_floor(case):
    """Below 60 s is refused where there is no append, at the parameter and at the destination."""
    medium = medium_of(case, "s3")
    medium.env = {}
    ledger = writer(case)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], medium=medium)
    lab.cli("archive", "set-dest", "--tenant", "t", "--location", lab.archive_uri("t"))
    for low in ("0", "59s"):
        error = lab.refused("parameter", "set", "--tenant", "t", "archive_lag_target", low)
        case.contains(error.stderr + error.stdout, "60s", low)
        case.contains(error.stderr + error.stdout, "append", low)
    lab.cli("parameter", "set", "--tenant", "t", "archive_lag_target", "60s")
    directory = f"file://{case.base}/plain"
    lab.cli("archive", "set-dest", "--tenant", "t", "--location", directory)
    lab.cli("parameter", "set", "--tenant", "t", "archive_lag_target", "0")
    error = lab.refused("archive", "set-dest", "--tenant", "t", "--location", medium.uri("t", "other"))
    case.contains(error.stderr + error.stdout, "archive_lag_target", "the destination while the target is small")


def secrets(case):
    """Keys given in the URIs alone: the job runs, and they are in no file, answer or view."""
    medium = medium_of(case, "s3")
    keys = media.Medium(medium.location, append=False)
    said = []

    class Lab(Installation):
        def protect(self, tenant, piece_switch=None, lag="400ms"):
            for noun, purpose in (("archive", "archive"), ("backup", "data")):
                said.append(self.refused(noun, "set-dest", "--tenant", tenant, "--location",
                                         medium.uri_with_keys(tenant, purpose)).stderr)  # a process list shows it
                answer = self.run(noun, "set-dest", "--tenant", tenant, "--location", "-", "--output", "json",
                                  stdin=medium.uri_with_keys(tenant, purpose) + "\n")
                said.append(answer.stdout + answer.stderr)
                if answer.returncode != 0:
                    raise AssertionError(f"set-dest: {answer.stderr}")
                if noun == "archive":
                    self.cli("parameter", "set", "--tenant", tenant, "archive_lag_target", lag)
            self.cli("archive", "start", "--tenant", tenant)
            self.wait_archive(tenant)

    ledger = writer(case)
    lab = Lab(case.build, case.base, [Tenant("t", ledger.db)], medium=keys, env={"SEABED_LOG_LEVEL": "debug"})
    case.at_end(lab.stop)
    lab.start_agent()
    lab.protect("t")
    pass_time(lab, "t", 0.5)
    lab.backup("t")
    for view in ("archive status --tenant t", "backup list --tenant t", "config explain"):
        said.append(lab.run(*view.split()).stdout)
    said.append(lab.run("archive", "set-dest", "--tenant", "t", "--location", "-",
                        stdin=medium.uri_with_keys("t", "archive").replace("host=", "nonsense=") + "\n").stderr)
    ledger.kill()
    lab.stop()
    sources = f"{case.base}/sources"
    with open(sources, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write("".join(f"{medium.uri_with_keys('t', purpose)}\n" for purpose in ("data", "archive")))
    elsewhere = Installation(case.build, f"{case.base}/elsewhere", [], cluster="elsewhere", cluster_id=9)
    outcome = elsewhere.cli("restore", "--from-file", sources, "--directory", f"{case.base}/restored")
    case.true(1001 in [s["ls_id"] for s in outcome["streams"]], f"restored: {outcome}")
    said.append(str(outcome))
    os.remove(sources)
    case.contains(lab.agent_log(), " debug ", "requests in the log")
    case.true(medium.secrets, "there are secrets to look for")
    for secret in medium.secrets:
        for text in said:
            case.true(secret not in text, f"a secret in an answer: {text}")
        for folder, _, names in os.walk(case.base):
            if "/rgw" in folder:
                continue
            for name in names:
                with open(os.path.join(folder, name), "rb") as data:
                    case.true(secret.encode() not in data.read(), f"a secret in {folder}/{name}")


def cross_cloud(case):
    """From S3 object by object to a directory, to OSS and to Azure, and from the directory back to S3."""
    s3 = medium_of(case, "s3")
    lab, ledger, middle = run_job(case, s3)
    lab.stop()
    client = boto(s3)
    directory = f"{case.base}/copied"
    for key in s3_keys(client):
        path = f"{directory}/{key}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        client.download_file(media.BUCKET, key, path)
    copies = {"directory": media.Medium(f"file://{directory}/lab")}
    for path in paths_below(directory):
        client.upload_file(path, media.BUCKET, "back/" + os.path.relpath(path, directory))
    copies["back"] = media.Medium(f"s3://{media.BUCKET}/back/lab", s3.defaults, append=False)
    for name, put in (("oss", media.put_oss), ("azblob", media.put_azure)):
        if name in PROGRAMS and not shutil.which(PROGRAMS[name]):
            continue
        copies[name] = medium_of(case, name)
        for path in paths_below(directory):
            with open(path, "rb") as data:
                put(copies[name].facts, os.path.relpath(path, directory), data.read())
    for name, medium in copies.items():
        lab = Installation(case.build, f"{case.base}/lab-{name}", [], medium=medium)
        judge_copy(case, lab, ledger, middle, name)


def paths_below(directory):
    return [os.path.join(base, name) for base, _, names in os.walk(directory) for name in names]


def judge_copy(case, lab, ledger, middle, name):
    clean(case, lab)
    compare(case, lab, ledger, "t", f"{name}-middle", "--until-scn", middle)
    compare(case, lab, ledger, "t", f"{name}-latest")


def killed_agent(case):
    """kill -9 in the middle: the next agent starts the next file, and nothing that was confirmed is lost."""
    medium = medium_of(case, "s3")
    ledger = writer(case)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], medium=medium, limits={"lease_ms": 3000})
    case.at_end(lab.stop)
    lab.start_linker("t")
    lab.start_agent()
    lab.protect("t", lag="300ms")
    pass_time(lab, "t", 0.3)
    lab.backup("t")
    for _ in range(2):
        pass_time(lab, "t", 0.5)
        lab.kill_agent()
        lab.start_agent()
        lab.wait_archive("t", seconds=120)
    # DOING is said before the new agent's first look, and log of the time without one has no narrower stamp.
    lab.wait_checkpoint("t", time.time_ns(), 120)
    middle = time.time_ns()
    pass_time(lab, "t", 0.5)
    ledger.kill()
    # A busy machine lets the lease of 3 s run out: then the archiver claims another epoch and looks at the medium again.
    lab.wait_checkpoint("t", time.time_ns(), 180)
    lab.cli("archive", "stop", "--tenant", "t")
    lab.wait_archive("t", "STOP", 120)
    clean(case, lab)
    lab.stop()
    judge(case, lab, ledger, middle)
    check_parts(case, medium)


CASES = {name: lambda case, name=name: main_job(case, name) for name in ("s3", "oss", "azblob", "nfs")}
CASES.update({"lag-floor": lag_floor, "secrets": secrets, "cross-cloud": cross_cloud, "killed-agent": killed_agent})

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
