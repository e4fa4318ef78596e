"""Who may do what: other users of this machine on the agent's socket, sessions of a tenant, and the audit file."""
# ctest: timeout=120
# case: other-users
# case: raw-calls
# case: audit
# case: in-process
import json
import os
import signal
import stat
import subprocess
import sys

from case import Skip, run_cases
from installation import Installation, Tenant, wait_until
from ledger import Ledger

ROLES = """
[roles.sys]
users = ["daemon"]
[roles.shop]
users = ["games"]
[roles.cache]
groups = ["operator"]
"""


class Lab(Installation):
    """Two tenants; any user of this machine may read its configuration."""

    def __init__(self, case, roles=ROLES):
        self.roles = roles
        os.chmod(case.base, 0o755)
        super().__init__(case.build, case.base, [Tenant("shop", f"{case.base}/db1"), Tenant("cache", f"{case.base}/db2")])
        case.at_end(self.stop)

    def write_config(self):
        super().write_config()
        with open(self.config, "a", encoding="utf-8") as out:
            out.write(self.roles)
        os.chmod(self.config, 0o644)

    def run_as(self, user, *args, groups=(), stdin=None):
        return subprocess.run([self.program, "--config", self.config, *args, "--output", "json"], capture_output=True,
                              text=True, timeout=60, env=self.env, input=stdin, user=user, group="nogroup",
                              extra_groups=list(groups))

    def answer_as(self, user, *args, groups=(), stdin=None):
        run = self.run_as(user, *args, groups=groups, stdin=stdin)
        if run.returncode != 0:
            raise AssertionError(f"{user}: seabed {args}: {run.returncode}: {run.stderr}")
        return json.loads(run.stdout)

    def audit(self):
        with open(f"{self.base}/audit.log", encoding="utf-8") as text:
            return [json.loads(line) for line in text]


def need_root():
    if os.geteuid() != 0:
        raise Skip("acting as another user needs root")


def refused(case, run, *words):
    case.equal(run.returncode, 7, f"exit status ({run.stdout}{run.stderr})")
    for word in words:
        case.contains(run.stderr, word, "the refusal")


def other_users(case):
    need_root()
    lab = Lab(case)
    lab.start_agent()
    case.equal(stat.S_IMODE(os.stat(lab.socket).st_mode), 0o666, "the socket, once there are roles")
    refused(case, lab.run_as("nobody", "tenant", "list"), "nobody", "has no role", "[roles.sys]")
    refused(case, lab.run_as("nobody", "sql", stdin="SELECT 1;" + " " * 300000), "has no role")
    names = [row["name"] for row in lab.answer_as("daemon", "tenant", "list")]
    case.equal(sorted(names), ["cache", "shop"], "sys sees all tenants")
    case.equal([row["name"] for row in lab.answer_as("games", "tenant", "list")], ["shop"], "an admin its own")
    case.equal([row["name"] for row in lab.answer_as("nobody", "tenant", "list", groups=["operator"])], ["cache"],
               "a role by a group")
    own_tenant_only(case, lab)
    statements(case, lab)
    roles_go(case, lab)


def own_tenant_only(case, lab):
    status = lab.answer_as("games", "archive", "status")
    case.equal([row["tenant"] for row in status], ["shop"], "where none is named")
    refused(case, lab.run_as("games", "archive", "status", "--tenant", "cache"), "cache", "admin of tenant shop")
    refused(case, lab.run_as("games", "parameter", "set", "--tenant", "cache", "archive_lag_target", "9s"), "cache")
    refused(case, lab.run_as("games", "config", "reload"), "config/reload", "sys")
    names = [row["TENANT_NAME"] for row in lab.answer_as("games", "sql", "SELECT TENANT_NAME FROM DBA_OB_TENANTS")]
    case.equal([name for name in names if name != "sys"], ["shop"], "a DBA_ view")
    refused(case, lab.run_as("games", "sql", "SELECT * FROM CDB_OB_ARCHIVELOG"), "for sys only")


def statements(case, lab):
    """Each is refused for shop's admin, but what is about its own tenant."""
    for text, words in (
            ("ALTER SYSTEM ARCHIVELOG TENANT = shop", "TENANT"),
            ("ALTER SYSTEM SET DATA_BACKUP_DEST = 'file:///x' TENANT = cache", "TENANT"),
            ("ALTER SYSTEM BACKUP CLUSTER PARAMETERS TO 'file:///x'", "sys may do it"),
            ("ALTER SYSTEM RESTORE t FROM 'file:///x' WITH 'directory=/x'", "shop"),
            ("ALTER SYSTEM CANCEL RESTORE shop", "sys may do it"),
            ("ALTER SYSTEM RECOVER TABLE a.b TO shop FROM 'file:///x'", "sys may do it"),
            ("ALTER SYSTEM RUN UPGRADE JOB 'UPGRADE_ALL'", "sys may do it")):
        refused(case, lab.run_as("games", "sql", stdin=text), words)
    lab.answer_as("games", "sql", stdin=f"ALTER SYSTEM SET DATA_BACKUP_DEST = '{lab.data_uri('shop')}'")
    shown = lab.answer_as("games", "sql", stdin="SHOW PARAMETERS LIKE 'archive_lag_target'")
    case.equal(len(shown[0]["rows"]), 1, "its own parameters")
    case.equal(len(lab.cli("tenant", "show", "--tenant", "cache")["destinations"]), 0, "the other tenant's")
    case.equal(len(lab.cli("tenant", "show", "--tenant", "shop")["destinations"]), 1, "its own")


def roles_go(case, lab):
    lab.roles = ROLES.replace('users = ["games"]', "users = []")
    lab.write_config()
    lab.cli("config", "reload")
    refused(case, lab.run_as("games", "tenant", "list"), "has no role")
    case.equal(len(lab.answer_as("daemon", "tenant", "list")), 2, "sys stays")


POST = """
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
body = sys.argv[3].encode()
s.sendall(b"POST /v1/%s HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n" % (
    sys.argv[2].encode(), len(body)) + body)
data = b""
while part := s.recv(65536):
    data += part
print(data.split(b"\\r\\n\\r\\n", 1)[1].decode())
"""


def raw_calls(case):
    """Past the program, straight to the socket: what no verb would ask is refused by the agent itself."""
    need_root()
    lab = Lab(case)
    ledger = Ledger(case.build, case.base, flags=["--cfs", "2", "--memtable-kb", "256"])
    lab.tenants[0] = Tenant("shop", ledger.db)
    lab.write_config()
    ledger.start("--rate", "100", "--seconds", "60")
    case.at_end(ledger.kill)
    lab.start_agent()
    lab.protect("shop")
    job = lab.cli("backup", "start", "--tenant", "shop", "--wait")["job_id"]

    def post(user, call, arguments, groups=()):
        run = subprocess.run(["/usr/bin/python3", "-c", POST, lab.socket, call, json.dumps(arguments)], user=user,
                             group="nogroup", extra_groups=list(groups), capture_output=True, text=True, timeout=60)
        return json.loads(run.stdout)

    def code(answer):
        return answer["error"]["code"] if "error" in answer else "ok"

    case.equal(code(post("games", "backup/job", {"job_id": job})), "ok", "its own job")
    operator = ["operator"]
    case.equal(code(post("nobody", "backup/job", {"job_id": job}, operator)), "permission_denied", "another tenant's job")
    for call, arguments in (("sql", {"sql": "SELECT * FROM CDB_OB_BACKUP_JOBS"}), ("sql", {"sql": "SELECT 1", "tenant": "shop"}),
                            ("sql/execute", {"statement": "ALTER SYSTEM BACKUP DATABASE", "tenant": "shop"}),
                            ("backup/start", {"tenant": "shop"}), ("cluster/parameters", {}), ("catalog/rebuild", {"uris": []}),
                            ("upgrade/run", {"tenants": ["cache", "shop"]}), ("tenant/show", {"tenant": "shop"}),
                            ("config/reload", {}), ("restore/start", {"tenant": "cache"}), ("table/recover", {"tenant": "cache"}),
                            ("drill/run", {"tenant": "cache"}), ("quick/hydrate", {"tenant": "cache"})):
        case.equal(code(post("nobody", call, arguments, operator)), "permission_denied", f"{call} {arguments}")
    for call in ("restore/status", "table/status", "quick/status", "drill/status"):
        case.equal(post("nobody", call, {}, operator).get("result"), [], f"{call}: what goes on for its own tenant")
        case.equal(code(post("nobody", call, {"tenant": "shop"}, operator)), "permission_denied", f"{call} of another tenant")
    case.equal(code(post("nobody", "quick/find", {}, operator)), "not_found", "no staged tenant of its name")
    own_hosts_only(case, lab, post)
    for arguments in ({"tenant": 5}, {"tenant": ["cache"]}, {"tenants": ["shop"]}, {"tenant": None}):
        case.true(code(post("nobody", "archive/status", arguments, operator)) != "ok", f"{arguments}")
    for arguments in ({"tenants": ["cache"]}, {"tenants": []}, {"tenants": "cache"}, {}):
        seen = [row["tenant"] for row in post("nobody", "archive/status", arguments, operator)["result"]]
        case.equal(seen, ["cache"], f"{arguments}")
    case.equal(code(post("nobody", "nix/nix", {}, operator)), "not_found", "no such call")
    case.equal(code(post("nobody", "archive/status", {})), "permission_denied", "without a role")


def own_hosts_only(case, lab, post):
    """Every call in which an admin names a destination: a host of its own would be sent the operator's credentials."""
    evil = "s3://bucket/path?host=https://evil.example"
    for call, arguments in (("archive/set-dest", {"uri": evil}), ("backup/set-dest", {"uri": evil}),
                            ("key/backup", {"uri": evil, "password": "x"}),
                            ("standby/set-log-source", {"value": f"LOCATION={evil}"}),
                            ("standby/set-log-source", {"value": f"LOCATION={lab.archive_uri('shop')}", "key_uri": evil})):
        error = post("games", call, arguments).get("error", {})
        case.equal(error.get("code"), "permission_denied", f"{call}: {error}")
        case.contains(json.dumps(error), "https://evil.example", call)
        case.contains(json.dumps(error), "allowed_destinations", f"{call}: what to do")
    for text in (f"ALTER SYSTEM SET DATA_BACKUP_DEST = '{evil}'", f"ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'LOCATION={evil}'"):
        refused(case, lab.run_as("games", "sql", stdin=text), "evil.example", "allowed_destinations")


def audit(case):
    need_root()
    lab = Lab(case)
    lab.start_agent()
    secret = "ALTER SYSTEM SET DATA_BACKUP_DEST = 's3://b/p?host=h&access_id=i&access_key=TOPSECRET'"
    case.equal(lab.run_as("games", "sql", stdin=secret).returncode != 0, True, "a medium that is not there")
    lab.answer_as("games", "sql", stdin=f"ALTER SYSTEM SET DATA_BACKUP_DEST = '{lab.data_uri('shop')}'")
    lab.run_as("games", "sql", stdin="ALTER SYSTEM ARCHIVELOG TENANT = cache")
    lab.run_as("nobody", "archive", "start", "--tenant", "shop")
    lab.run_as("games", "sql", stdin="SET ENCRYPTION ON IDENTIFIED BY 'TOPSECRET' ONLY; ALTER SYSTEM BACKUP DATABASE")
    lab.cli("tenant", "list")
    path = f"{case.base}/audit.log"
    case.equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "mode of the audit file")
    lines = lab.audit()
    with open(path, encoding="utf-8") as text:
        case.true("TOPSECRET" not in text.read(), "a secret in the audit file")
    seen = [(line["user"], line["role"], line.get("statement"), line["call"], line["result"] == "ok") for line in lines]
    case.equal(seen[1], ("games", "admin of shop", "SET DATA_BACKUP_DEST", "backup/set-dest", True), "done")
    case.equal(seen[2][:4], ("games", "admin of shop", "ARCHIVELOG", "sql/execute"), "refused before any call")
    case.true(("nobody", "admin of nothing", None, "archive/start", False) in seen, f"somebody without a role: {seen}")
    case.true("tenant/list" not in [line["call"] for line in lines], "a verb that only looks is not there")
    done = lines[1]
    case.equal((done["tenant"], done["arguments"]["uri"]), ("shop", lab.data_uri("shop")), "what and for whom")
    for key in ("time", "uid", "pid", "ms"):
        case.true(key in done, f"{key} in {done}")
    a_line_for_each(case, lab)
    reopened(case, lab, path)


def a_line_for_each(case, lab):
    """Also for a statement that only looks, one that only the session keeps, and one that does not read."""
    archive = lab.archive_uri("cache")
    for text, statement, call, result, what in (
            ("SELECT TENANT_NAME FROM DBA_OB_TENANTS WHERE TENANT_NAME <> 'TOPSECRET'", "SELECT", "sql", "ok", "<> '…'"),
            ("SHOW PARAMETERS LIKE 'archive%'", "SHOW PARAMETERS", "parameter/show", "ok", None),
            ("SET ENCRYPTION ON IDENTIFIED BY 'TOPSECRET' ONLY", "SET ENCRYPTION", "sql/execute", "ok", None),
            ("SET DECRYPTION IDENTIFIED BY 'TOPSECRET'", "SET DECRYPTION", "sql/execute", "ok", None),
            ("SHOW RESTORE PREVIEW", "SHOW RESTORE PREVIEW", "sql/execute", "conflict", None),
            ("SET DECRYPTION IDENTIFIED BY 'a'TOPSECRET'", None, "sql/execute", "invalid_argument", None),
            (f"ALTER SYSTEM SET LOG_RESTORE_SOURCE = 'LOCATION={archive}?access_key=TOPSECRET'", "SET LOG_RESTORE_SOURCE",
             "standby/set-log-source", "conflict", f"LOCATION={archive}")):
        before = len(lab.audit())
        lab.run("sql", "--tenant", "shop", stdin=text)
        lines = lab.audit()[before:]
        case.equal([(line.get("statement"), line["call"], line["result"]) for line in lines], [(statement, call, result)], text)
        shown = json.dumps(lines, ensure_ascii=False)
        case.true("TOPSECRET" not in shown, f"a secret in the line: {shown}")
        case.contains(shown, what or "", "what was asked")
    before = len(lab.audit())
    lab.run("sql", "SELECT COUNT(*) FROM CDB_OB_BACKUP_JOBS")
    lab.run("sql", "--tenant", "nix", "SELECT 1")
    case.equal([(line["call"], line["result"]) for line in lab.audit()[before:]], [("sql", "ok"), ("sql", "not_found")], "one SELECT")


def reopened(case, lab, path):
    os.rename(path, path + ".1")
    lab.agent.send_signal(signal.SIGHUP)
    wait_until(lambda: os.path.exists(path), 30, "the new audit file")
    lab.cli("sql", stdin="ALTER SYSTEM SET standby_fetch_log_bandwidth_limit = '10M'")
    case.equal([line["statement"] for line in lab.audit()], ["SET standby_fetch_log_bandwidth_limit"], "after the rotation")
    os.chmod(path, 0o644)
    lab.agent.send_signal(signal.SIGHUP)
    wait_until(lambda: stat.S_IMODE(os.stat(path).st_mode) == 0o600, 30, "made private again")


def secret_parameter(case, lab):
    """external_kms_info: not among the words of a command line, sealed in the catalog, shown to nobody."""
    run = lab.run("parameter", "set", "--tenant", "shop", "external_kms_info", "kms TOPSECRET")
    case.equal(run.returncode, 2, f"a secret as a word: {run.stderr}")
    case.contains(run.stderr, "--value-file", "what to do")
    case.true("TOPSECRET" not in run.stdout + run.stderr, "the secret in the error")
    done = lab.run("parameter", "set", "--tenant", "shop", "external_kms_info", "--value-file", "-", stdin="kms TOPSECRET\n")
    case.equal(done.returncode, 0, f"from standard input: {done.stderr}")
    case.contains(done.stdout, "***", "the answer")
    shown = lab.cli("parameter", "show", "--tenant", "shop", "external_kms_info")
    case.equal(shown[0]["value"], "***", "shown")
    for name in os.listdir(lab.base):
        path = f"{lab.base}/{name}"
        if os.path.isfile(path):
            with open(path, "rb") as file:
                case.true(b"TOPSECRET" not in file.read(), f"the secret in {name}")


def in_process(case):
    """Without an agent the caller is whoever owns the catalog; --tenant makes it that tenant's admin."""
    lab = Lab(case, roles="")
    lab.cli("sql", stdin="ALTER SYSTEM SET standby_fetch_log_bandwidth_limit = '10M'")
    line = lab.audit()[0]
    case.equal((line["uid"], line["role"], line["result"]), (os.geteuid(), "sys", "ok"), "who")
    refused(case, lab.run("sql", "--tenant", "shop", "-e", "ALTER SYSTEM ARCHIVELOG TENANT = shop"), "TENANT")
    refused(case, lab.run("sql", "--tenant", "shop", "SELECT * FROM CDB_OB_ARCHIVELOG"), "sys")
    case.equal(lab.run("sql", "--tenant", "nix", "SELECT 1").returncode, 3, "an unknown tenant")
    for name in ("sys", "META$1002"):
        for text in (f"ALTER SYSTEM ARCHIVELOG TENANT = {name}", f"ALTER SYSTEM BACKUP TENANT = {name}",
                     f"ALTER SYSTEM SET DATA_BACKUP_DEST = 'file:///x' TENANT = {name}"):
            run = lab.run("sql", "-e", text)
            case.equal(run.returncode, 4, f"{text}: {run.stderr}")
            case.contains(run.stderr, "is not a user tenant", text)
    secret_parameter(case, lab)
    lab.start_agent()
    case.equal(stat.S_IMODE(os.stat(lab.socket).st_mode), 0o600, "the socket without roles")
    if os.geteuid() == 0:
        refused(case, lab.run_as("nobody", "tenant", "list"), "not open to this user")


if __name__ == "__main__":
    sys.exit(run_cases({"other-users": other_users, "raw-calls": raw_calls, "audit": audit, "in-process": in_process}))
