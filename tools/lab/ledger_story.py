"""Steps that the stories of a ledger have in common."""


def pass_time(lab, tenant, seconds):
    """Lets the writer go on until the checkpoint is `seconds` of log further."""
    start = lab.archive_status(tenant)["checkpoint_scn"]
    lab.wait_checkpoint(tenant, start + int(seconds * 1e9), 180)


def compare(case, lab, ledger, tenant, name, *until, slack="0"):
    """Restores with an empty catalog, activates, and compares with the writer's own log; the checker's verdict."""
    directory = f"{case.base}/restored-{name}"
    outcome = lab.restore(tenant, directory, *until)
    stream = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
    bounds = ["--until-hi", stream["scn_hi"]]
    if stream["next_scn_lo"]:  # what was acknowledged before the look that missed it must be there
        bounds += ["--until-lo", stream["scn_lo"]]
    status, verdict = ledger.check(f"{directory}/ledger.db", *bounds, "--ddl-slack", slack)
    case.equal(status, 0, f"restore '{name}' to {until}: {verdict}, stream {stream}")
    return verdict
