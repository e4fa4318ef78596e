"""A tenant is restored by the agent and lives on as a standby: killed and resumed, canceled, taken further step by step
and continuously, activated. Its rows are compared with the writer's own log at every cut."""
# ctest: timeout=300
# case: job
# case: cancel
# case: follow
# case: churn
# case: stamp
# case: kill
# case: warm
# case: refusals
# case: statements
# case: streams
# case: discard
import os
import sys
import time

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger
from ledger_story import pass_time
from standby_lab import copy_staged, judge, standby, stream_of, tenant_state, wait_synced

JOB_STATES = ["restore_job/CREATE_TENANT", "restore_job/WAIT_TENANT_RESTORE_FINISH", "restore/RESTORE_PRE",
              "restore/RESTORE_WAIT_TO_CONSISTENT_SCN", "restore/RESTORE_WAIT_LS", "restore/POST_CHECK",
              "restore/RESTORE_SUCCESS", "restore_job/RESTORE_SUCCESS"]


def ledger_and_lab(case, seconds=200, flags=("--cfs", "3", "--memtable-kb", "128")):
    ledger = Ledger(case.build, case.base, flags=flags)
    ledger.start("--rate", "800", "--seconds", str(seconds))
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("t", ledger.db)], limits={"lease_ms": 1000})
    case.at_end(lab.stop)
    lab.start_linker("t")  # the source's log outlives the agents that these stories kill
    lab.start_agent()
    lab.protect("t")
    lab.backup("t")
    pass_time(lab, "t", 1)
    return ledger, lab


def restore(lab, directory, *more):
    return lab.cli("restore", *lab.sources("t"), "--directory", directory, "--tenant", "t2", *more)


def die_at(case, lab, state, *verb):
    lab.stop_agent()
    lab.start_agent(env={"SEABED_TEST_KILL_AT": state})
    lab.run(*verb, timeout=60)
    wait_until(lambda: lab.agent.poll() is not None, 60, f"the agent's death at {state}")
    case.equal(lab.agent.returncode, -9, f"the agent at {state}")
    lab.agent = None


def finished(lab):
    jobs = lab.cli("restore", "status", "--tenant", "t2")
    return jobs[0] if jobs and jobs[0]["status"] in ("RESTORE_SUCCESS", "RESTORE_FAIL") else None


def rows(lab, sql):
    return lab.cli("sql", "-e", sql)


def job(case):
    ledger, lab = ledger_and_lab(case)
    directory = f"{case.base}/t2"
    verb = ["restore", *lab.sources("t"), "--directory", directory, "--tenant", "t2", "--no-wait", "--description", "drill"]
    promised = lab.archive_status("t")["checkpoint_scn"]
    for state in JOB_STATES:
        if state == JOB_STATES[0]:
            die_at(case, lab, state, *verb)
        else:
            lab.start_agent(env={"SEABED_TEST_KILL_AT": state}, wait=False)
            wait_until(lambda: lab.agent.poll() is not None, 60, f"the agent's death at {state}")
            case.equal(lab.agent.returncode, -9, f"the agent at {state}")
            lab.agent = None
        case.true(not os.path.exists(f"{directory}/ledger.db"), f"nothing can be opened at {state}")
    lab.start_agent()
    done = wait_until(lambda: finished(lab), 60, "the restore")
    case.equal((done["status"], done["tenant_status"], done["description"]), ("RESTORE_SUCCESS", "RESTORE_SUCCESS", "drill"),
               f"the job: {done}")
    case.true("directory=" in done["option"], f"its options: {done['option']}")
    tenants = {t["name"]: t for t in lab.cli("tenant", "list")}
    case.equal((tenants["t2"]["role"], tenants["t2"]["log_mode"], tenants["t2"]["status"]),
               ("STANDBY", "NOARCHIVELOG", "NORMAL"), "the tenant")
    case.equal(lab.cli("tenant", "show", "--tenant", "t2")["destinations"], [], "no destination is inherited")
    case.equal(lab.cli("clean", "policies", "--tenant", "t2"), [], "no policy is inherited")
    ledger.kill()
    judge(case, ledger, copy_staged(f"{directory}/ledger.db.seabed-standby", f"{case.base}/copy"), stream_of(directory), "restored",
          promised, latest=True)
    taken = lab.run("restore", *lab.sources("t"), "--directory", f"{case.base}/t3", "--tenant", "t2")
    case.true(taken.returncode != 0 and "9014" in taken.stderr, f"a name that is taken: {taken.stderr}")
    used = lab.refused("restore", *lab.sources("t"), "--directory", case.base, "--tenant", "t4")
    case.true("not empty" in str(used), f"a directory in use: {used}")


def cancel(case):
    ledger, lab = ledger_and_lab(case)
    before = sorted(n for n in os.listdir(case.base) if not n.startswith("catalog.db-"))
    directory = f"{case.base}/t2"
    verb = ["restore", *lab.sources("t"), "--directory", directory, "--tenant", "t2", "--no-wait"]
    for state in ["restore_job/CREATE_TENANT", "restore/RESTORE_WAIT_LS", "restore/RESTORE_SUCCESS"]:
        die_at(case, lab, state, *verb)
        # Without an agent: what lies there, and its rows, are taken away by this process.
        lab.cli("restore", "cancel", "--tenant", "t2")
        case.true(not os.path.exists(directory), f"canceled at {state}: {state} left {directory}")
        case.equal(sorted(n for n in os.listdir(case.base) if n in before), before, f"nothing else went at {state}")
        done = finished(lab)
        case.equal((done["status"], done["comment"]), ("RESTORE_FAIL", "canceled"), f"history at {state}")
        case.equal([t["name"] for t in lab.cli("tenant", "list")], ["t"], f"tenants after {state}")
        lab.start_agent()
    lab.stop_agent()
    lab.start_agent(env={"SEABED_TEST_KILL_AT": "restore/RESTORE_WAIT_LS"})
    lab.run(*verb, timeout=60)
    wait_until(lambda: lab.agent.poll() is not None, 60, "the agent's death in the middle of a restore")
    lab.agent = None
    killed = lab.run("restore", "cancel", "--tenant", "t2", env={"SEABED_TEST_KILL_AT": "restore_job/DROPPING"})
    case.equal(killed.returncode, -9, f"a cancel that died: {killed.stderr}")
    lab.start_agent()
    wait_until(lambda: finished(lab), 60, "the next agent's end of the cancel")
    case.true(not os.path.exists(directory) and [t["name"] for t in lab.cli("tenant", "list")] == ["t"], "nothing stays")
    again = lab.refused("restore", "cancel", "--tenant", "t2")
    case.true("no restore" in str(again), f"nothing to cancel: {again}")
    promised = lab.archive_status("t")["checkpoint_scn"]
    restore(lab, directory)
    ledger.kill()
    judge(case, ledger, copy_staged(f"{directory}/ledger.db.seabed-standby", f"{case.base}/copy"), stream_of(directory),
          "after cancels", promised, latest=True)


def follow(case):
    ledger, lab = ledger_and_lab(case)
    directory, staged = f"{case.base}/t2", f"{case.base}/t2/ledger.db.seabed-standby"
    restore(lab, directory)
    cuts = []
    for i in range(4):
        pass_time(lab, "t", 1.2)
        point = lab.archive_status("t")["checkpoint_scn"] - 500_000_000
        now = lab.cli("standby", "recover", "--tenant", "t2", "--until-scn", point, "--wait")
        case.equal((now["sync_scn"], now["sync_status"]), (point, "RESTORE SUSPEND"), f"cut {i}")
        cuts.append((copy_staged(staged, f"{case.base}/copy{i}"), stream_of(directory), point))
        if i == 1:
            lab.kill_agent()
            lab.start_agent()
            lab.wait_archive("t")
    back = lab.refused("standby", "recover", "--tenant", "t2", "--until-scn", point - 1)
    case.true("never goes back" in str(back), f"a point behind it: {back}")
    ahead = time.time_ns() + 2_000_000_000
    lab.cli("standby", "recover", "--tenant", "t2", "--until-scn", ahead)
    lab.cli("standby", "recover", "--tenant", "t2", "--cancel")
    stands = standby(lab, "t2")
    case.true(not stands["following"] and stands["sync_scn"] < ahead, f"canceled where it stands: {stands}")
    ledger.kill()
    for i, (copy, stream, target) in enumerate(cuts):
        judge(case, ledger, copy, stream, f"cut {i}", target)
    case.equal(len({stream["scn_hi"] for _, stream, _ in cuts}), len(cuts), "each cut is a later one")

    checks = lab.cli("tenant", "activate", "--tenant", "t2", "--verify")
    case.true(checks["possible"] and not os.path.exists(f"{directory}/ledger.db"), f"verify changes nothing: {checks}")
    stream = stream_of(directory)
    done = lab.cli("tenant", "activate", "--tenant", "t2")
    case.true("full backup" in done["next_step"], f"what comes next: {done}")
    judge(case, ledger, f"{directory}/ledger.db", stream, "activated", stands["sync_scn"])
    case.equal({t["name"]: t["role"] for t in lab.cli("tenant", "list")}["t2"], "PRIMARY", "its role")
    left = [n for n in os.listdir(f"{directory}/ledger.db") if n.startswith("seabed.") and n != "seabed.state"]
    case.equal(left, [], "what following needed is gone")
    case.true("no standby" in str(lab.refused("standby", "recover", "--tenant", "t2", "--unlimited")), "a primary follows nothing")
    upgraded = lab.cli("upgrade", "run", "--tenant", "t2")
    case.equal(upgraded[0]["from"], upgraded[0]["to"], f"nothing left to upgrade: {upgraded}")

    lab.stop_agent()
    lab.tenants.append(Tenant("t2", f"{directory}/ledger.db"))
    lab.write_config()
    lab.start_agent()
    lab.protect("t2")
    case.equal(lab.backup("t2")["status"], "COMPLETED", "the new primary is archived and backed up")


def cut_often(case, flags, slack):
    """Many cuts anywhere: each is what a restore to it would be."""
    ledger, lab = ledger_and_lab(case, flags=flags)
    directory, staged = f"{case.base}/t2", f"{case.base}/t2/ledger.db.seabed-standby"
    restore(lab, directory)
    cuts = []
    for i in range(6):
        pass_time(lab, "t", 0.4)
        point = lab.archive_status("t")["checkpoint_scn"] - 37_000_000 * i
        lab.cli("standby", "recover", "--tenant", "t2", "--until-scn", point, "--wait")
        cuts.append((copy_staged(staged, f"{case.base}/copy{i}"), stream_of(directory), point))
    ledger.kill()
    for i, (copy, stream, target) in enumerate(cuts):
        judge(case, ledger, copy, stream, f"cut {i}", target, slack=slack)
    return cuts


def churn(case):
    """Column families come and go: the MANIFEST of each cut has those of its moment."""
    cut_often(case, ("--cf-churn", "100", "--cfs", "2", "--memtable-kb", "256"), "64")


def stamp(case):
    """The application's own stamps: groups are cut inside, and the next step goes on there."""
    cuts = cut_often(case, ("--stamp", "--cfs", "2"), "0")
    case.true(any(s["stamp"] == "exact" for _, s, _ in cuts), f"exact cuts: {[s['stamp'] for _, s, _ in cuts]}")


def kill(case):
    ledger, lab = ledger_and_lab(case)
    directory, staged = f"{case.base}/t2", f"{case.base}/t2/ledger.db.seabed-standby"
    restore(lab, directory)
    copies = []
    for state in ["standby/FOLLOWING", "standby/STAGED", "standby/COMMITTED", "standby/SETTLED"]:
        pass_time(lab, "t", 0.7)
        before = standby(lab, "t2")["sync_scn"]
        point = lab.archive_status("t")["checkpoint_scn"]
        die_at(case, lab, state, "standby", "recover", "--tenant", "t2", "--until-scn", str(point))
        case.equal(tenant_state(directory)["target_scn"] > before, state in ("standby/COMMITTED", "standby/SETTLED"), state)
        lab.start_agent()
        wait_synced(lab, "t2", point)
        copies.append((state, copy_staged(staged, f"{case.base}/copy-{len(copies)}"), stream_of(directory), point))
        lab.wait_archive("t")
    # Killed with a step staged that does not count: activation is of the cut before it.
    pass_time(lab, "t", 0.7)
    die_at(case, lab, "standby/STAGED", "standby", "recover", "--tenant", "t2", "--unlimited")
    stream = stream_of(directory)
    lab.cli("tenant", "activate", "--tenant", "t2")
    ledger.kill()
    for state, copy, at, target in copies:
        judge(case, ledger, copy, at, f"after a kill at {state}", target)
    judge(case, ledger, f"{directory}/ledger.db", stream, "activated over a step that was not finished", point, latest=True)


def warm(case):
    """A key is readable at the standby one archive step after it was written, plus a bound for a loaded machine."""
    ledger, lab = ledger_and_lab(case)
    directory, staged = f"{case.base}/t2", f"{case.base}/t2/ledger.db.seabed-standby"
    restore(lab, directory)
    lab.cli("parameter", "set", "--tenant", "t2", "standby_poll_interval", "100ms")
    lab.cli("standby", "recover", "--tenant", "t2", "--unlimited")
    for _ in range(3):
        written = time.time_ns()
        wait_synced(lab, "t2", written, 20)
    ledger.stop()
    written = time.time_ns()
    wait_synced(lab, "t2", written, 20)
    lab.cli("standby", "recover", "--tenant", "t2", "--cancel")
    verdict = judge(case, ledger, copy_staged(staged, f"{case.base}/copy"), {**stream_of(directory), "next_scn_lo": 0}, "warm",
                    written, latest=True)
    case.true(verdict["commit"] > 0, f"{verdict}")
    status, all_of_it = ledger.check(f"{case.base}/copy", "--until-lo", written, "--until-hi", written)
    case.equal(status, 0, f"every acknowledged commit is there: {all_of_it}")
    sync = lab.run("sql", "-e", "SELECT SYNC_STATUS FROM V$OB_LS_LOG_RESTORE_STATUS")
    case.true("RESTORE SUSPEND" in sync.stdout, f"the view: {sync.stdout} {sync.stderr}")


def refusals(case):
    ledger, lab = ledger_and_lab(case)
    quick = f"{case.base}/q"
    lab.cli("restore", *lab.sources("t"), "--directory", quick, "--tenant", "q", "--method", "quick")
    refused = lab.refused("tenant", "activate", "--tenant", "q")
    case.true("quick restore" in str(refused), f"a quick tenant stays a standby: {refused}")
    restore(lab, f"{case.base}/t2")
    pass_time(lab, "t", 0.7)
    point = lab.archive_status("t")["checkpoint_scn"]
    for name in ("q", "t2"):
        case.equal(lab.cli("standby", "recover", "--tenant", name, "--until-scn", point, "--wait")["sync_scn"], point, name)
    case.equal(lab.cli("tenant", "count", "--tenant", "q")["rows"], lab.cli("tenant", "count", "--tenant", "t2")["rows"],
               "a quick tenant follows like a full one")
    case.equal(tenant_state(quick)["restore_data_mode"], "REMOTE", "and stays a quick one")
    backup = lab.refused("backup", "start", "--tenant", "t2")
    case.true("standby" in str(backup) or "destination" in str(backup), f"a standby is not backed up: {backup}")
    upgrade = lab.refused("upgrade", "run", "--tenant", "t2")
    case.true("activated" in str(upgrade), f"upgrade comes after activation: {upgrade}")
    wrong = lab.refused("standby", "set-source", "--tenant", "t2", "--location", lab.data_uri("t"))
    case.true("no log archive" in str(wrong), f"a data destination: {wrong}")
    lab.cli("standby", "set-source", "--tenant", "t2", "--clear")
    none = lab.refused("standby", "recover", "--tenant", "t2", "--unlimited")
    case.true("no log source" in str(none), f"no source: {none}")
    lab.cli("standby", "set-source", "--tenant", "t2", "--location", lab.archive_uri("t"))
    # The archive is stopped and begins a new round: what lies between is nowhere.
    lab.cli("archive", "stop", "--tenant", "t")
    lab.wait_archive("t", "STOP")
    end = lab.archive_status("t")["checkpoint_scn"]
    time.sleep(0.3)
    lab.cli("archive", "start", "--tenant", "t")
    lab.wait_archive("t")
    lab.cli("standby", "recover", "--tenant", "t2", "--unlimited")
    stands = wait_until(lambda: (s := standby(lab, "t2")) and s["sync_status"] == "SOURCE HAS A GAP" and s, 30, "the gap")
    case.equal({s["err_code"] for s in stands["streams"]}, {9048}, f"ERR_CODE: {stands}")
    case.equal((stands["sync_scn"], stands["following"]), (end, False), f"it stands at the end of the old round: {stands}")
    ledger.kill()
    judge(case, ledger, copy_staged(f"{case.base}/t2/ledger.db.seabed-standby", f"{case.base}/copy"),
          {**stream_of(f"{case.base}/t2"), "next_scn_lo": 0}, "up to the gap", end)


def statements(case):
    """The same life in OceanBase's words, and what the views say of it."""
    ledger, lab = ledger_and_lab(case)

    def sql(text):
        run = lab.run("sql", "-e", text)
        case.equal(run.returncode, 0, f"{text}: {run.stderr}")
        return run.stdout

    directory = f"{case.base}/t2"
    sql(f"ALTER SYSTEM RESTORE t2 FROM '{lab.data_uri('t')},{lab.archive_uri('t')}' "
        f"WITH 'directory={directory}&concurrency=1'")
    done = wait_until(lambda: finished(lab), 60, "the restore")
    case.equal(done["status"], "RESTORE_SUCCESS", f"{done}")
    history = sql("SELECT TENANT_ID, STATUS, RESTORE_OPTION FROM CDB_OB_RESTORE_HISTORY ORDER BY TENANT_ID")
    case.equal(history.count("SUCCESS"), 2, f"the parent's row and the tenant's: {history}")
    pass_time(lab, "t", 0.5)
    point = lab.archive_status("t")["checkpoint_scn"]
    sql(f"ALTER SYSTEM RECOVER STANDBY TENANT = t2 UNTIL SCN = {point}")
    wait_synced(lab, "t2", point)
    row = sql("SELECT TENANT_ROLE, SYNC_SCN, RECOVERY_UNTIL_SCN, RESTORE_DATA_MODE FROM DBA_OB_TENANTS "
              "WHERE TENANT_NAME = 't2'")
    case.true("STANDBY" in row and row.count(str(point)) == 2 and "NORMAL" in row, row)
    sql("ALTER SYSTEM RECOVER STANDBY TENANT = t2 UNTIL UNLIMITED")
    readers = f"{lab.archive_uri('t')[7:]}/readers"
    wait_until(lambda: os.path.isdir(readers) and os.listdir(readers), 30, "a lease at the source")
    sql("ALTER SYSTEM RECOVER STANDBY TENANT = t2 CANCEL")
    case.true("LOCATION=" in sql("SELECT VALUE FROM CDB_OB_LOG_RESTORE_SOURCE"), "its source")
    sql("ALTER SYSTEM ACTIVATE STANDBY TENANT = t2 VERIFY")
    case.true("STANDBY" in sql("SELECT TENANT_ROLE FROM DBA_OB_TENANTS WHERE TENANT_NAME = 't2'"), "verify changes nothing")
    stream = stream_of(directory)
    sql("ALTER SYSTEM ACTIVATE STANDBY TENANT = t2")
    case.true("PRIMARY" in sql("SELECT TENANT_ROLE FROM DBA_OB_TENANTS WHERE TENANT_NAME = 't2'"), "a primary")
    sql('ALTER SYSTEM RUN UPGRADE JOB "UPGRADE_ALL" TENANT = t2')
    events = sql("SELECT EVENT, VALUE3, VALUE5 FROM DBA_OB_CLUSTER_EVENT_HISTORY")
    case.true("UPGRADE_ALL" in events and "ACTIVATE_STANDBY" in events, events)
    ledger.kill()
    judge(case, ledger, f"{directory}/ledger.db", stream, "activated by a statement", point, latest=True)


def streams(case):
    """A database that the source got after the base: nobody takes the standby for whole."""
    ledger, lab = ledger_and_lab(case)
    directory = f"{case.base}/t2"
    restore(lab, directory)
    case.true(lab.cli("tenant", "activate", "--tenant", "t2", "--verify")["possible"], "whole before")
    lab.stop_agent()
    later = Ledger(case.build, case.base, name="later")
    later.start("--rate", "200", "--seconds", "200")
    case.at_end(later.kill)
    lab.tenants[0].streams[1002] = later.db
    lab.write_config()
    lab.start_agent()
    lab.wait_archive("t")
    pass_time(lab, "t", 1)
    lab.cli("standby", "recover", "--tenant", "t2", "--unlimited")
    told = wait_until(lambda: (s := standby(lab, "t2")) and "1002" in s["comment"] and s, 60, "the new stream in COMMENT")
    case.equal((told["sync_status"], told["following"]), ("NORMAL", True), f"it follows the others: {told}")
    lab.cli("standby", "recover", "--tenant", "t2", "--cancel")
    case.contains(standby(lab, "t2")["comment"], "1002", "a cancel keeps the comment")
    checks = lab.cli("tenant", "activate", "--tenant", "t2", "--verify")
    case.true(not checks["possible"] and "1002" in str(checks), f"verify: {checks}")
    case.contains(lab.refused("tenant", "activate", "--tenant", "t2").stderr, "1002", "activation")
    warned = lab.cli("restore", *lab.sources("t"), "--directory", f"{case.base}/t3", "--tenant", "t3")
    case.contains(str(warned["warnings"]), "log stream 1002", "a restore past the addition")
    lab.cli("tenant", "activate", "--tenant", "t2", "--without-newer-streams")
    case.equal(role(lab, "t2"), "PRIMARY", "without it, when that is wanted")
    lab.backup("t")  # the set has both
    whole = lab.cli("restore", *lab.sources("t"), "--directory", f"{case.base}/t4", "--tenant", "t4")
    case.true("1002" not in str(whole["warnings"]) and len(whole["streams"]) == 2, f"from a newer set: {whole}")


def role(lab, tenant):
    return {t["name"]: t["role"] for t in lab.cli("tenant", "list")}.get(tenant)


def discard(case):
    """A standby is taken away with its rows, by name or by directory, and its name is free; activation by directory too."""
    ledger, lab = ledger_and_lab(case)
    directory = f"{case.base}/t2"
    restore(lab, directory)
    lab.cli("standby", "recover", "--tenant", "t2", "--unlimited")
    lab.cli("tenant", "discard", "--tenant", "t2", "--dry-run")
    case.true(standby(lab, "t2")["following"], "a dry run touches nothing")
    lab.cli("tenant", "discard", "--tenant", "t2")
    case.true(not os.path.exists(directory), "its files")
    case.equal((role(lab, "t2"), lab.cli("standby", "status")), (None, []), "its rows")
    restore(lab, directory)  # 9014 before
    die_at(case, lab, "discard/FILES", "tenant", "discard", directory)
    lab.start_agent()
    case.equal(role(lab, "t2"), "STANDBY", "killed between its files and its rows")
    case.contains(lab.refused("standby", "recover", "--tenant", "t2", "--unlimited").stderr, "tenant discard", "the way out")
    lab.cli("tenant", "discard", "--tenant", "t2")
    restore(lab, directory)
    stream = tenant_state(directory)
    die_at(case, lab, "activate/PRIMARY", "tenant", "activate", "--tenant", "t2")
    lab.start_agent()
    case.equal(role(lab, "t2"), "STANDBY", "killed between its files and its role")
    case.contains(lab.refused("tenant", "discard", "--tenant", "t2").stderr, "activat", "a database is not discarded")
    lab.cli("tenant", "activate", "--directory", directory)
    case.equal((role(lab, "t2"), lab.cli("standby", "status")), ("PRIMARY", []), "by directory, with its rows")
    case.contains(lab.refused("tenant", "discard", "--tenant", "t2").stderr, "PRIMARY", "a primary is not discarded")
    ledger.kill()
    judge(case, ledger, f"{directory}/ledger.db", stream_of(directory), "activated after a kill", stream["target_scn"])


if __name__ == "__main__":
    sys.exit(run_cases({"job": job, "cancel": cancel, "follow": follow, "churn": churn, "stamp": stamp, "kill": kill, "warm": warm, "refusals": refusals,
                        "statements": statements, "streams": streams, "discard": discard}))
