"""OceanBase's statements through `seabed sql`: a tenant is protected, backed up and looked at by statements alone."""
# ctest: timeout=180
# case: story
# case: refused
# case: secrets
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


def refused(case):
    lab = Installation(case.build, case.base, [Tenant("shop", f"{case.base}/db")])
    for text, status, words in (
            ("ALTER SYSTEM BACKUP NIX", 2, ["line 1, column 21", "NIX", "DATABASE"]),
            ("ALTER SYSTEM ARCHIVELOG TENANT = nix", 3, ["nix", "shop"]),
            ("ALTER SYSTEM ARCHIVELOG TENANT = sys", 4, ["sys"]),
            ("ALTER SYSTEM BACKUP DATABASE", 4, ["9040"]),
            ("ALTER SYSTEM NOARCHIVELOG", 4, ["9092"]),
            ("ALTER SYSTEM SET DATA_BACKUP_DEST = 'file:///x'", 2, ["TENANT"]),
            ("ALTER SYSTEM BACKUP DATABASE TO 'file:///x'", 4, ["BACKUP … TO", "DATA_BACKUP_DEST"]),
            ("ALTER SYSTEM ADD RESTORE SOURCE 'x'", 4, ["ADD RESTORE SOURCE", "V4"]),
            ("ALTER SYSTEM RECOVER TABLE a.b TO t FROM 'x'", 4, ["RECOVER TABLE is not", "yet"]),
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
    for text in statements[1:]:  # from standard input they come as far as the statement itself
        run = lab.run("sql", stdin=text)
        case.equal(run.returncode, 4, f"{text}: {run.stderr}")
        case.true("TOPSECRET" not in run.stdout + run.stderr, "the secret is shown")


if __name__ == "__main__":
    sys.exit(run_cases({"story": story, "refused": refused, "secrets": secrets}))
