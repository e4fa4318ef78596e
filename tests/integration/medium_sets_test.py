"""On object stores: a set that carries its log restores alone, and objects that were taken away or changed are noticed."""
# ctest: timeout=400
# case: plus-archivelog-s3
# case: plus-archivelog-azblob
# case: missing-s3
# case: flipped-s3
import random
import re
import sys

import media
from case import run_cases
from damage import names_it
from installation import CliError, Installation, remove
from ledger_story import bounds
from medium_test import boto, clean, medium_of, run_job, s3_keys

# Names that only display what other objects prove, and leases, which a reader does not need.
NOT_NEEDED = re.compile(r"/(leases|readers|check_file|rounds|pieces)/|_start\.|SEAL_META|"
                        r"(piece_[^/]*/piece_|backup_set_[^/]*/backup_set_)[^/]*$")

FORMS, SEED = 12, 2026


def plus_archivelog(case, name):
    medium = medium_of(case, name)
    lab, ledger, _ = run_job(case, medium)
    ledger.start("--rate", "1000", "--seconds", "60")
    made = lab.cli("backup", "start", "--tenant", "t", "--plus-archivelog", "--wait")
    ledger.kill()
    lab.stop()
    elsewhere = Installation(case.build, f"{case.base}/alone", [], cluster="elsewhere", cluster_id=9, medium=medium)
    directory = f"{case.base}/restored"
    outcome = elsewhere.cli("restore", "--from", lab.data_uri("t"), "--directory", directory)
    case.true(outcome["target_scn"] >= made["min_restore_scn"], "it leads to its own end")
    elsewhere.cli("tenant", "activate", "--directory", directory)
    stream = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
    status, verdict = ledger.check(f"{directory}/ledger.db", *bounds(stream, made["min_restore_scn"], latest=True))
    case.equal(status, 0, f"the set alone: {verdict}, {stream}")


def one_of_each_kind(keys):
    """A key of some forms of name each, chosen the same way each time; on file:// media_damage_test tries every file."""
    kinds = {}
    for key in sorted(keys):
        if not NOT_NEEDED.search(key):
            kinds.setdefault(re.sub(r"\d+", "N", key), []).append(key)
    chosen = random.Random(SEED).sample(sorted(kinds), min(FORMS, len(kinds)))
    chosen += [kind for kind in kinds if "tenant_archive_piece_infos" in kind and kind not in chosen]
    return [random.Random(kind).choice(kinds[kind]) for kind in chosen]


def damage_each(case, damage):
    medium = medium_of(case, "s3")
    lab, ledger, _ = run_job(case, medium)
    clean(case, lab)
    lab.stop()
    remove(ledger.db)
    client = boto(medium)
    keys = one_of_each_kind(key for key, size in s3_keys(client).items() if size > 0)
    case.true(len(keys) >= FORMS, f"only {keys}")
    unseen = []
    for key in keys:
        kept = client.get_object(Bucket=media.BUCKET, Key=key)["Body"].read()
        damage(client, key, kept)
        run = lab.run("verify", *lab.sources("t"), "--output", "json")
        if run.returncode <= 0 or not names_it(run, key):
            unseen.append(f"verify ({run.returncode}): {key}: {run.stdout[-500:]} {run.stderr[-500:]}")
        wrong = wrong_restore(case, lab, ledger)
        if wrong:
            unseen.append(f"restore: {key}: {wrong}")
        client.put_object(Bucket=media.BUCKET, Key=key, Body=kept)
    case.equal(unseen, [], "damage that nobody noticed")


def wrong_restore(case, lab, ledger):
    """Empty: it was refused in words, or what came is a state that the writer had."""
    directory = f"{case.base}/out"
    remove(directory)
    try:
        lab.restore("t", directory)
    except CliError as error:
        return "" if error.status > 0 and error.stderr else f"a crash: {error}"
    status, verdict = ledger.check(f"{directory}/ledger.db")
    return "" if status == 0 else str(verdict)


def missing(client, key, _):
    client.delete_object(Bucket=media.BUCKET, Key=key)


def flipped(client, key, kept):
    changed = bytearray(kept)
    changed[random.Random(key).randrange(len(changed))] ^= 1 << random.Random(key + "bit").randrange(8)
    client.put_object(Bucket=media.BUCKET, Key=key, Body=bytes(changed))


if __name__ == "__main__":
    sys.exit(run_cases({"plus-archivelog-s3": lambda case: plus_archivelog(case, "s3"),
                        "plus-archivelog-azblob": lambda case: plus_archivelog(case, "azblob"),
                        "missing-s3": lambda case: damage_each(case, missing),
                        "flipped-s3": lambda case: damage_each(case, flipped)}))
