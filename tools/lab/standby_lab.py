"""A restored tenant that follows: its state, and a private copy of what is staged, to be judged by the oracle."""
import json
import os
import shutil

from installation import wait_until
from ledger_story import bounds


def tenant_state(directory):
    with open(f"{directory}/seabed_tenant.json", encoding="utf-8") as file:
        return json.load(file)


def stream_of(directory, ls_id=1001):
    return next(s for s in tenant_state(directory)["streams"] if s["ls_id"] == ls_id)


def copy_staged(staged, to):
    """The staged directory as RocksDB would find it once activated: a copy, the original stays as it is."""
    with open(f"{staged}/seabed.state", encoding="utf-8") as file:
        manifest = json.load(file)["manifest"]
    shutil.rmtree(to, ignore_errors=True)
    os.makedirs(to)
    for entry in os.scandir(staged):
        if entry.name.startswith("seabed.") or entry.name in ("LOCK", "CURRENT"):
            continue
        if entry.name.endswith((".sst", ".blob")):
            os.link(entry.path, f"{to}/{entry.name}")
        else:
            shutil.copy(entry.path, f"{to}/{entry.name}")
    shutil.copy(f"{staged}/seabed.manifest", f"{to}/{manifest}")
    with open(f"{to}/CURRENT", "w", encoding="utf-8") as file:
        file.write(manifest + "\n")
    return to


def judge(case, ledger, db, stream, what, target, latest=False, slack="0"):
    """target, latest: ledger_story.bounds."""
    limits = bounds(stream, target, latest)
    status, verdict = ledger.check(db, *limits, "--ddl-slack", slack)
    case.equal(status, 0, f"{what}: {verdict}, {limits}, stream {stream}")
    return verdict


def standby(lab, tenant):
    rows = lab.cli("standby", "status", "--tenant", tenant)
    return rows[0] if rows else None


def wait_synced(lab, tenant, scn, seconds=60):
    """Until the standby stands at or behind scn."""
    return wait_until(lambda: (s := standby(lab, tenant)) and s["sync_scn"] >= scn and s, seconds,
                      f"standby {tenant} at {scn}")
