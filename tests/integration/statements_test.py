"""OceanBase's statements through `seabed sql`: a tenant is protected, backed up and looked at by statements alone."""
# ctest: timeout=180
# case: story
# case: mapped
# case: session
# case: refused
# case: secrets
# case: numbers
import json
import os
import sys

from case import run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger


def rows_of(answer, statement):
    return [row for one in answer if one["statement"] == statement for row in one["rows"]]


def story(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256"])
    ledger.start("--rate", "200", "--seconds", "120")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("shop", ledger.db)])
    case.at_end(lab.stop)
    lab.start_agent()
    set_up = f"""-- what an operator keeps in a file
        ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'LOCATION={lab.archive_uri("shop")} PIECE_SWITCH_INTERVAL=2d' TENANT = shop;
        alter system set data_backup_dest = '{lab.data_uri("shop")}' tenant = shop;
        ALTER SYSTEM SET archive_lag_target = '0' TENANT = all_user; /* then */ ALTER SYSTEM ARCHIVELOG;"""
    with open(f"{case.base}/set_up.sql", "w", encoding="ascii") as out:
        out.write(set_up)
    answer = lab.cli("sql", "--file", f"{case.base}/set_up.sql")
    case.equal([one["statement"] for one in answer],
               ["SET LOG_ARCHIVE_DEST", "SET DATA_BACKUP_DEST", "SET archive_lag_target", "ARCHIVELOG"], "the statements")
    case.equal(answer[0]["rows"][0]["piece_switch_interval"], "2d", "an attribute")
    lab.wait_archive("shop")
    shown = lab.cli("sql", stdin="SHOW PARAMETERS LIKE 'archive_lag%' TENANT = shop")
    case.equal([row["value"] for row in shown[0]["rows"]], ["0"], "the parameter")
    started = lab.cli("sql", "-e", "ALTER SYSTEM BACKUP TENANT = shop DESCRIPTION = 'by statement'")
    case.equal(started[0]["rows"][0]["tenant"], "shop", "BACKUP")
    sets = "SELECT TENANT_ID, BACKUP_SET_ID, STATUS FROM CDB_OB_BACKUP_SET_FILES"
    wait_until(lambda: [row["STATUS"] for row in lab.cli("sql", sets)] == ["SUCCESS"], 60, "the set")
    case.equal(rows_of(lab.cli("sql", "-e", sets + ";"), "SELECT"), lab.cli("sql", sets), "SELECT both ways")
    refused = lab.refused("sql", "-e", "ALTER SYSTEM CANCEL BACKUP TENANT shop")
    case.contains(refused.stderr, "9049", "nothing to cancel")
    lab.cli("sql", "-e", "ALTER SYSTEM NOARCHIVELOG TENANT = shop")
    lab.wait_archive("shop", "STOP")


def mapped(case):
    """Each statement comes to its own call: what that refuses for a tenant that has nothing yet."""
    lab = Installation(case.build, case.base, [Tenant("shop", f"{case.base}/db")])
    nothing, tenant = f"file://{case.base}/nothing", " TENANT = shop"
    for text, statement, done in (
            ("ALTER SYSTEM SET LOG_ARCHIVE_DEST_STATE = 'DEFER'" + tenant, "SET LOG_ARCHIVE_DEST_STATE", False),
            (f"ALTER SYSTEM BACKUP KEY TENANT = shop TO '{nothing}' ENCRYPTED BY 'pwd'", "BACKUP KEY", False),
            (f"ALTER SYSTEM RESTORE t FROM '{nothing}' WITH 'directory={case.base}/new&pool_list=p&locality=F@z'",
             "RESTORE", False),
            ("ALTER SYSTEM CANCEL RESTORE t", "CANCEL RESTORE", False),
            (f"ALTER SYSTEM RECOVER TABLE a.b TO shop FROM '{nothing}' REMAP TABLE a.b:c", "RECOVER TABLE", False),
            ("ALTER SYSTEM CANCEL RECOVER TABLE shop", "CANCEL RECOVER TABLE", False),
            (f"ALTER SYSTEM SET LOG_RESTORE_SOURCE = 'LOCATION={nothing}'" + tenant, "SET LOG_RESTORE_SOURCE", False),
            ("ALTER SYSTEM RECOVER STANDBY TENANT = shop UNTIL UNLIMITED", "RECOVER STANDBY", False),
            ("ALTER SYSTEM ACTIVATE STANDBY TENANT = shop", "ACTIVATE STANDBY", False),
            ("ALTER SYSTEM RUN UPGRADE JOB 'UPGRADE_ALL'" + tenant, "RUN UPGRADE JOB", None),
            ("ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW '7d'" + tenant, "ADD DELETE BACKUP POLICY", True),
            ("ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'" + tenant, "DROP DELETE BACKUP POLICY", True),
            ("ALTER SYSTEM CANCEL DELETE BACKUP" + tenant, "CANCEL DELETE BACKUP", False),
            ("ALTER SYSTEM DELETE BACKUPSET 1" + tenant, "DELETE BACKUPSET", False),
            ("ALTER SYSTEM DELETE ARCHIVELOG_PIECE 1" + tenant, "DELETE ARCHIVELOG_PIECE", False)):
        run = lab.run("sql", stdin=text)
        case.true(done is None or (run.returncode == 0) == done, f"{text}: {run.returncode} {run.stdout}{run.stderr}")
        case.true("not supported yet" not in run.stderr, f"{text}: {run.stderr}")
        with open(f"{case.base}/audit.log", encoding="utf-8") as lines:
            last = json.loads(lines.readlines()[-1])
        case.equal((last["statement"], last["result"] == "ok"), (statement, run.returncode == 0), f"{text}: {last}")
    missing = lab.refused("sql", stdin=f"ALTER SYSTEM RESTORE t FROM '{nothing}'")
    case.contains(missing.stderr, "directory=", "RESTORE without a place")
    numbers = {"ALTER SYSTEM CANCEL DELETE BACKUP": "9053", "ALTER SYSTEM DELETE BACKUPSET 1": "9046",
               "ALTER SYSTEM DELETE ARCHIVELOG_PIECE 1": "9069"}
    for text, number in numbers.items():
        case.contains(lab.refused("sql", stdin=text + tenant).stderr, number, text)


def restores(case, lab, scn):
    """The passwords of the session, and of no other, open the set."""
    history = "SELECT STATUS, COMMENT FROM CDB_OB_RESTORE_HISTORY WHERE RESTORE_TENANT_NAME = '{}'"
    for name, passwords, status in (("t1", "", "FAIL"), ("t2", "SET DECRYPTION IDENTIFIED BY 'WRONG';", "FAIL"),
                                    ("t3", "SET DECRYPTION IDENTIFIED BY 'WRONG', 'TOPSECRET';", "SUCCESS")):
        text = (f"{passwords} ALTER SYSTEM RESTORE {name} FROM '{lab.data_uri('shop')},{lab.archive_uri('shop')}' "
                f"UNTIL SCN={scn} WITH 'directory={case.base}/{name}&pool_list=p&locality=F@z1&concurrency=3'")
        run = lab.run("sql", stdin=text)
        if status == "FAIL" and run.returncode != 0:
            case.contains(run.stderr, "9047", text)
            continue
        case.equal(run.returncode, 0, run.stderr)
        end = wait_until(lambda: lab.cli("sql", history.format(name)), 60, f"the restore {name}")[0]
        case.equal(end["STATUS"], status, end)


def session(case):
    """PREVIEW and SHOW, and passwords, live in one session and end with it."""
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256"])
    ledger.start("--rate", "200", "--seconds", "120")
    case.at_end(ledger.kill)
    lab = Installation(case.build, case.base, [Tenant("shop", ledger.db)])
    case.at_end(lab.stop)
    lab.start_agent()
    lab.protect("shop")
    lab.cli("sql", stdin="SET ENCRYPTION ON IDENTIFIED BY 'TOPSECRET' ONLY; ALTER SYSTEM BACKUP TENANT = shop")
    sets = "SELECT STATUS, ENCRYPTION_MODE FROM CDB_OB_BACKUP_SET_FILES"
    wait_until(lambda: [row["STATUS"] for row in lab.cli("sql", sets)] == ["SUCCESS"], 60, "the set")
    case.equal(lab.cli("sql", sets)[0]["ENCRYPTION_MODE"], "PASSWORD", "the backup of this session")
    scn = lab.archive_status("shop")["checkpoint_scn"]
    preview = (f"ALTER SYSTEM RESTORE FROM '{lab.data_uri('shop')},{lab.archive_uri('shop')}' UNTIL SCN={scn} PREVIEW;"
               "SHOW RESTORE PREVIEW")
    case.contains(lab.refused("sql", stdin="SHOW RESTORE PREVIEW").stderr, "no preview", "another session")
    for given in ("", "SET DECRYPTION IDENTIFIED BY 'WRONG';"):
        case.contains(lab.refused("sql", stdin=given + preview).stderr, "9047", "a preview asks as the restore does")
    rows = lab.cli("sql", stdin="SET DECRYPTION IDENTIFIED BY 'TOPSECRET';" + preview)[2]["rows"]
    case.equal(list(rows[0]), ["backup_type", "backup_id", "backup_dest", "description", "bytes"], "columns")
    case.equal([(row["backup_type"], row["backup_id"]) for row in rows], [("BACKUP_SET", 1), ("BACKUP_PIECE", 1)], "rows")
    case.equal([row["backup_dest"] for row in rows], [lab.data_uri("shop"), lab.archive_uri("shop")], "destinations")
    piece = lab.cli("sql", "SELECT START_SCN_DISPLAY FROM CDB_OB_ARCHIVELOG_PIECE_FILES")[0]
    case.contains(rows[0]["description"], "full set, restorable from ", "the set's description")
    case.contains(rows[1]["description"], f"start {piece['START_SCN_DISPLAY']}, checkpoint ", "the piece's description")
    case.true(all(row["bytes"] > 0 for row in rows), f"bytes of {rows}")
    restores(case, lab, scn)
    lab.cli("sql", stdin="ALTER SYSTEM BACKUP TENANT = shop")
    wait_until(lambda: [row["STATUS"] for row in lab.cli("sql", sets)] == ["SUCCESS"] * 2, 60, "the next set")
    case.true("NONE" in [row["ENCRYPTION_MODE"] for row in lab.cli("sql", sets)], "another session's backup has no password")


def refused(case):
    lab = Installation(case.build, case.base, [Tenant("shop", f"{case.base}/db")])
    for text, status, words in (
            ("ALTER SYSTEM BACKUP NIX", 2, ["line 1, column 21", "NIX", "DATABASE"]),
            ("ALTER SYSTEM ARCHIVELOG TENANT = nix", 3, ["nix", "shop"]),
            ("ALTER SYSTEM ARCHIVELOG TENANT = sys", 4, ["sys"]),
            ("ALTER SYSTEM BACKUP DATABASE", 4, ["9040"]),
            ("ALTER SYSTEM NOARCHIVELOG", 4, ["9092"]),
            ("ALTER SYSTEM SET DATA_BACKUP_DEST = 'file:///x'", 2, ["TENANT"]),
            ("ALTER SYSTEM ADD DELETE BACKUP POLICY 'default'", 2, ["TENANT"]),
            ("ALTER SYSTEM RECOVER STANDBY CANCEL", 2, ["TENANT"]),
            ("ALTER SYSTEM DELETE BACKUPSET 1", 2, ["TENANT"]),
            ("ALTER SYSTEM CANCEL RESTORE META$1002", 4, ["not a user tenant"]),
            ("ALTER SYSTEM BACKUP DATABASE TO 'file:///x'", 4, ["BACKUP … TO", "DATA_BACKUP_DEST"]),
            ("ALTER SYSTEM ADD RESTORE SOURCE 'x'", 4, ["ADD RESTORE SOURCE", "V4"]),
            ("ALTER SYSTEM RECOVER TABLE b TO t FROM 'x'", 2, ["line 1, column 28"]),
            ("DELETE FROM tenants", 2, ["DELETE"])):
        run = lab.run("sql", "-e", text)
        case.equal(run.returncode, status, f"{text}: {run.stderr}")
        for word in words:
            case.contains(run.stderr.replace(":", ""), word, text)
    lab.refused("sql", "-e", "ALTER SYSTEM ARCHIVELOG; ALTER SYSTEM BACKUP NIX")
    case.equal(lab.archive_status("shop")["status"], "NONE", "a list that does not read as a whole does nothing")


def secrets(case):
    lab = Installation(case.build, case.base, [Tenant("shop", f"{case.base}/db")])
    statements = ["ALTER SYSTEM SET DATA_BACKUP_DEST = 's3://b/p?host=h&access_id=i&access_key=TOPSECRET' TENANT = shop",
                  "SET ENCRYPTION ON IDENTIFIED BY 'TOPSECRET' ONLY",
                  "ALTER SYSTEM BACKUP KEY TO 'file:///x' ENCRYPTED BY 'TOPSECRET'"]
    for text in statements:
        run = lab.run("sql", "-e", text)
        case.equal(run.returncode, 2, f"{text}: {run.stderr}")
        case.contains(run.stderr, "--file FILE or standard input", "the way out")
        case.true("TOPSECRET" not in run.stdout + run.stderr, "the secret is shown")
    bare = lab.run("sql", stdin="SET ENCRYPTION ON IDENTIFIED BY 'pa'TOPSECRET' ONLY")  # a quote that is not doubled
    case.equal(bare.returncode, 2, bare.stderr)
    with open(f"{case.base}/audit.log", encoding="utf-8") as lines:
        case.true("TOPSECRET" not in bare.stdout + bare.stderr + lines.read(), "a bare word behind a secret is shown")
    for text, status in zip(statements[1:], (0, 4)):  # from standard input they come as far as the statement itself
        run = lab.run("sql", stdin=text)
        case.true((run.returncode == 0) == (status == 0), f"{text}: {run.stderr}")
        case.true("TOPSECRET" not in run.stdout + run.stderr, "the secret is shown")


def numbers(case):
    """The reference's error numbers of destinations that are none, by the statements that name one."""
    lab = Installation(case.build, case.base, [Tenant("shop", f"{case.base}/db")])
    os.mkdir(f"{case.base}/empty")
    os.mkdir(f"{case.base}/full")
    with open(f"{case.base}/full/x", "w", encoding="ascii") as out:
        out.write("x")
    for uri, setting, restoring in (("nix", 9001, 9001), ("s3://b?x", 9001, 9001), ("gopher://x/y", 9026, 9026),
                                    (f"file://{case.base}/empty?nix=1", 9026, 9026), (f"file://{case.base}/full", 9080, 9080),
                                    (f"file://{case.base}/empty", None, 9080)):
        for text, number in ((f"SET DATA_BACKUP_DEST = '{uri}' TENANT = shop", setting),
                             (f"SET LOG_ARCHIVE_DEST = 'LOCATION={uri}' TENANT = shop", setting),
                             (f"RESTORE t FROM '{uri},{uri}' WITH 'directory={case.base}/new'", restoring),
                             (f"RESTORE FROM '{uri}' UNTIL SCN=5 PREVIEW", restoring)):
            if number:
                error = json.loads(lab.refused("sql", stdin=f"ALTER SYSTEM {text}").stderr)["error"]
                case.equal(error.get("ob_error"), number, f"{text}: {error}")


if __name__ == "__main__":
    sys.exit(run_cases({"story": story, "mapped": mapped, "session": session, "refused": refused, "secrets": secrets, "numbers": numbers}))
