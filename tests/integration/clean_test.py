"""Cleanup's policies and its dry run, without an agent and without a database."""
# ctest: timeout=120
# case: policies
import sys

from case import run_cases
from installation import Installation, Tenant


def policies(case):
    lab = Installation(case.build, case.base, [Tenant("shop", f"{case.base}/db"), Tenant("other", f"{case.base}/db2")])
    dry = lab.cli("clean", "run", "--tenant", "shop", "--dry-run")
    case.equal((dry["policy"], dry["clean_point_set"], dry["items"]), ("", None, []), "nothing there")
    case.contains(dry["summary"], "there is no policy", "why nothing goes")
    for words, status, word in ((["--window", "soon"], 2, "soon"), (["--window", "-1d"], 2, "-1d"),
                                (["--window", "7d", "--policy", "mine"], 2, "mine")):
        run = lab.run("clean", "policy-add", "--tenant", "shop", *words)
        case.equal(run.returncode, status, f"{words}: {run.stderr}")
        case.contains(run.stderr, word, f"{words}")
    case.equal(lab.cli("clean", "policy-add", "--tenant", "shop", "--window", "7d"),
               {"tenant": "shop", "policy": "default", "recovery_window": "7d"}, "policy-add")
    case.contains(lab.run("clean", "policy-add", "--tenant", "shop").stderr, "one policy", "a second policy")
    case.equal([p["tenant"] for p in lab.cli("clean", "policies")], ["shop"], "policies")
    case.equal(lab.cli("clean", "policies", "--tenant", "other"), [], "policies of another tenant")
    rows = lab.cli("sql", "SELECT POLICY_NAME, RECOVERY_WINDOW FROM CDB_OB_BACKUP_DELETE_POLICY")
    case.equal(rows, [{"POLICY_NAME": "default", "RECOVERY_WINDOW": "7d"}], "the view")
    dry = lab.cli("clean", "run", "--tenant", "shop", "--dry-run")
    case.contains(dry["summary"], "without a clean point nothing is deleted", "why nothing goes")
    case.contains(lab.run("clean", "run", "--tenant", "shop", "--dry-run").stdout, "nothing was touched", "text")
    job = lab.cli("clean", "run", "--tenant", "shop")
    case.equal((job["status"], job["task_count"]), ("COMPLETED", 0), "a real run with nothing to do")
    case.equal([j["job_id"] for j in lab.cli("clean", "status", "--tenant", "shop")], [job["job_id"]], "its history")
    case.equal(lab.cli("clean", "status", "--tenant", "other"), [], "of another tenant")
    error = lab.refused("clean", "cancel", "--tenant", "shop")
    case.equal(error.status, 4, "nothing to cancel")
    case.contains(error.stderr, "9053", "nothing to cancel")
    for verb, number in (("delete-set", "9046"), ("delete-piece", "9069")):
        case.contains(lab.refused("clean", verb, "--tenant", "shop", "--id", "7").stderr, number, verb)
        case.equal(lab.run("clean", verb, "--tenant", "shop", "--id", "x").returncode, 2, f"{verb} of no number")
    lab.cli("clean", "policy-drop", "--tenant", "shop")
    case.equal(lab.cli("clean", "policies"), [], "dropped")
    case.equal(lab.run("clean", "policy-drop", "--tenant", "shop").returncode, 3, "nothing to drop")
    case.contains(lab.refused("clean", "run", "--tenant", "shop").stderr, "no cleanup policy", "a run without a policy")


if __name__ == "__main__":
    sys.exit(run_cases({"policies": policies}))
