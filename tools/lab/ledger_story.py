"""Steps that the stories of a ledger have in common."""

SLACK = 0.5  # seconds: so much later than its acknowledgement a busy archiver may see a commit
LATE_FLUSH = 2  # the same where commits stay in the application's buffer (manual_wal_flush: MyRocks)


def pass_time(lab, tenant, seconds):
    """Lets the writer go on until the checkpoint is `seconds` of log further."""
    start = lab.archive_status(tenant)["checkpoint_scn"]
    lab.wait_checkpoint(tenant, start + int(seconds * 1e9), 180)


def bounds(stream, target, latest=False, slack=SLACK):
    """What must and what may be in a restore that was told to go to `target`; latest: told nothing, and `target` is how
    far the log went before. The restore's own report only narrows this: a cut that stops early reports an early one."""
    lo = target - int(slack * 1e9)
    if stream["next_scn_lo"]:  # what was acknowledged before the look that missed it must be there
        lo = max(lo, stream["scn_lo"])
    return ["--until-lo", lo, "--until-hi", stream["scn_hi"] if latest else min(stream["scn_hi"], target)]


def newest(lab, tenant):
    """The last moment that the media promise."""
    return lab.cli("window", *lab.sources(tenant))["ranges"][-1]["to"]


def told_bounds(lab, tenant, restore, *until, slack=SLACK):
    """(what restore() returned, the bounds for what it put there), given the target that it was told: --until-scn, or none."""
    target = int(until[1]) if until else newest(lab, tenant)
    outcome = restore()
    stream = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
    return outcome, bounds(stream, target, not until, slack)


def compare(case, lab, ledger, tenant, name, *until, slack="0"):
    """Restores with an empty catalog, activates, and compares with the writer's own log; the checker's verdict."""
    directory = f"{case.base}/restored-{name}"
    outcome, limits = told_bounds(lab, tenant, lambda: lab.restore(tenant, directory, *until), *until)
    status, verdict = ledger.check(f"{directory}/ledger.db", *limits, "--ddl-slack", slack)
    case.equal(status, 0, f"restore '{name}' to {until}: {verdict}, {limits}, {outcome['streams']}")
    return verdict
