"""Cluster parameters, their backup, and other credentials of a destination in use."""
# ctest: timeout=240
# case: parameters
# case: rotation
import os
import sys
import time

import media
from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger_story import pass_time
from medium_test import medium_of, writer


def parameters(case):
    lab = Installation(case.build, case.base, [Tenant("shop", f"{case.base}/db")])
    lab.cli("sql", stdin="ALTER SYSTEM SET standby_fetch_log_bandwidth_limit = '10M'")
    rows = lab.cli("sql", stdin="SHOW PARAMETERS LIKE 'standby%'")[0]["rows"]
    case.equal([(row["value"], row["is_default"]) for row in rows], [("10M", False)], "SHOW")
    for text, words in (("ALTER SYSTEM SET archive_lag_target = '1s'", "TENANT"),
                        ("ALTER SYSTEM SET all_server_list = 'x'", "not needed"),
                        ("ALTER SYSTEM SET nix = 1", "unknown"),
                        ("ALTER SYSTEM SET ob_storage_s3_url_encode_type = 'x'", "compliantRfc3986Encoding"),
                        ("ALTER SYSTEM SET standby_fetch_log_bandwidth_limit = '1M' TENANT = shop", "unknown")):
        case.contains(lab.refused("sql", stdin=text).stderr, words, text)
    lab.cli("backup", "set-dest", "--tenant", "shop", "--location", lab.data_uri("shop"))
    lab.cli("clean", "policy-add", "--tenant", "shop", "--window", "7d")
    where = f"{case.base}/cluster"
    text = f"ALTER SYSTEM BACKUP CLUSTER PARAMETERS TO 'file://{where}'"
    files = [lab.cli("sql", stdin=text)[0]["rows"][0]["file"] for _ in range(2)]
    case.equal(sorted(name for name in os.listdir(where) if name[0] != "."), sorted(files), "a new file for each call")
    case.true(len(set(files)) == 2 and all(name.startswith("cluster_parameter.") for name in files), files)
    with open(f"{where}/{files[0]}", "rb") as data:
        kept = data.read()
    for wanted in (b"standby_fetch_log_bandwidth_limit", b"10M", b"shop", b"7d", lab.data_uri("shop").encode()):
        case.true(wanted in kept, f"{wanted} in {kept}")
    case.true(b"ob_storage_s3" not in kept, "what is at its default")
    for inside in (lab.data_uri("shop"), lab.data_uri("shop") + "/x", os.path.dirname(lab.data_uri("shop"))):
        refused = lab.refused("sql", stdin=f"ALTER SYSTEM BACKUP CLUSTER PARAMETERS TO '{inside}'")
        case.contains(refused.stderr, "9066", "a tenant's destination")
    storage = "ALTER SYSTEM ALTER EXTERNAL_STORAGE_DEST PATH = '{}' SET ACCESS_INFO = '{}'"
    for path, info, tenant, words in ((lab.data_uri("shop"), "access_id=a&access_key=b", True, "1235"),
                                      ("s3://b/nix?host=h", "access_id=a&access_key=b", True, "no destination"),
                                      ("s3://b/nix?host=h", "access_id=a&access_key=b", False, "sys has no")):
        more = ["--tenant", "shop"] if tenant else []
        case.contains(lab.refused("sql", *more, stdin=storage.format(path, info)).stderr, words, path)


def rotation(case):
    """The key of the archive in use is changed, the old one revoked at the provider: archiving goes on."""
    medium = medium_of(case, "s3")
    server = medium.stop.__self__
    new = ("ROTATEDACCESSKEY0001", "RotatedSecretKey0001RotatedSecretKey0001")
    ledger = writer(case)
    keys = media.Medium(medium.location, append=False)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], medium=keys)
    case.at_end(lab.stop)
    lab.start_agent()
    archive = medium.uri_with_keys("t", "archive")
    lab.cli("archive", "set-dest", "--tenant", "t", "--location", "-", stdin=archive + "\n")
    lab.cli("parameter", "set", "--tenant", "t", "archive_lag_target", "400ms")
    lab.cli("archive", "start", "--tenant", "t")
    lab.wait_archive("t")
    pass_time(lab, "t", 0.5)
    path = f"{medium.uri('t', 'archive')}?host={medium.defaults['host']}"
    change = "ALTER SYSTEM MODIFY EXTERNAL_STORAGE_DEST PATH = '{}' SET ATTRIBUTE = 'max_iops=500' ACCESS_INFO = '{}'"
    for info in ("access_id=a", "access_id=a&access_key=b&x=y", "access_id=a&access_key=b=c", "access_key=a&access_key=b"):
        case.contains(lab.refused("sql", "--tenant", "t", stdin=change.format(path, info)).stderr, "9116", info)
    unknown = lab.refused("sql", "--tenant", "t", stdin=change.format(path, "access_id=NIXNIX&access_key=TOPSECRET"))
    case.true("9116" in unknown.stderr and "TOPSECRET" not in unknown.stderr, unknown.stderr)
    server.call("radosgw-admin", "key", "create", "--uid=test", "--key-type=s3", f"--access-key={new[0]}",
                f"--secret-key={new[1]}")
    lab.cli("sql", "--tenant", "t", stdin=change.format(path, f"access_id={new[0]}&access_key={new[1]}"))
    server.call("radosgw-admin", "key", "rm", "--uid=test", f"--access-key={medium.defaults['access_id']}")
    lab.wait_checkpoint("t", time.time_ns())
    pass_time(lab, "t", 0.5)
    lab.stop_agent()
    lab.start_agent()  # the catalog has the new ones
    wait_until(lambda: lab.archive_status("t")["checkpoint_scn"] > time.time_ns() - 10**10, 60, "archiving after a restart")
    for secret in (new[1], medium.defaults["access_key"]):
        with open(f"{case.base}/audit.log", encoding="utf-8") as text:
            case.true(secret not in text.read(), "a secret in the audit file")


if __name__ == "__main__":
    sys.exit(run_cases({"parameters": parameters, "rotation": rotation}))
