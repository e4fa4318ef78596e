"""The program's manners: help, exit codes, JSON, wrong words, secrets; without an agent and without a database."""
# ctest: timeout=120
# case: help
# case: exit-codes
# case: json
# case: wrong-words
# case: secrets
# case: config
# case: config-errors
# case: destinations
# case: sql-views
# case: no-configuration
import json
import os
import stat
import subprocess
import sys

from case import run_cases
from installation import Installation, Tenant

VERBS = ["config check", "config explain", "config reload", "manual", "completion", "agent", "linker", "tenant list", "tenant show", "tenant activate", "tenant rebuild",
         "driver list", "driver show", "doctor", "archive set-dest", "archive start", "archive stop", "archive defer",
         "archive enable", "archive flush", "archive status", "parameter set", "parameter show", "backup set-dest",
         "backup start", "backup status", "backup list", "backup cancel", "window", "restore", "verify", "clean policy-add", "clean policy-drop", "clean policies",
         "clean run", "sql", "admin test_io_device",
         "admin io_adapter_benchmark", "admin dump_backup"]


def lab_of(case, **kwargs):
    return Installation(case.build, case.base, [Tenant("shop", f"{case.base}/db")], **kwargs)


def help_texts(case):
    lab = lab_of(case)
    top = lab.run("--help")
    case.equal(top.returncode, 0, "--help")
    for verb in VERBS:
        case.contains(top.stdout, f"  {verb} ", "the list of verbs")
        run = lab.run(*verb.split(), "--help")
        case.equal((run.returncode, run.stderr), (0, ""), f"help of {verb}")
        case.contains(run.stdout, "Examples:\n  seabed " + verb, f"help of {verb}")
        case.contains(run.stdout, "docs/exit-codes.md", f"help of {verb}")
    noun = lab.run("archive", "--help")
    case.contains(noun.stdout, "archive set-dest", "help of a noun")
    case.equal(lab.run().returncode, 2, "no words at all")
    case.equal(lab.run("--version").returncode, 0, "--version")


def expect(case, run, status, *words):
    case.equal(run.returncode, status, f"{run.args[3:]}: {run.stderr}")
    for word in words:
        case.contains(run.stderr, word, f"{run.args[3:]}")
    case.equal(run.stdout, "", f"standard output of {run.args[3:]}")


def exit_codes(case):
    lab = lab_of(case)
    expect(case, lab.run("archive", "status", "--tenant", "nix"), 3, "nix", "shop")
    expect(case, lab.run("parameter", "set", "--tenant", "shop", "nix", "1"), 3, "nix")
    expect(case, lab.run("parameter", "set", "--tenant", "shop", "archive_lag_target", "1s"), 4, "log_archive_dest")
    expect(case, lab.run("archive", "stop", "--tenant", "shop"), 4, "9092")
    expect(case, lab.run("archive", "enable", "--tenant", "shop"), 4, "set-dest")
    expect(case, lab.run("backup", "start", "--tenant", "shop"), 4, "9040")
    expect(case, lab.run("backup", "cancel", "--tenant", "shop"), 4, "9049")
    started = lab.run("archive", "start", "--tenant", "shop")
    case.equal(started.returncode, 0, "archive start")
    case.contains(started.stdout, "error: log stream 1001: ", "what is amiss with its database")
    case.contains(started.stdout, "cannot be opened as a directory", "which is not there")
    expect(case, lab.run("archive", "start", "--tenant", "shop"), 4, "9091")
    expect(case, lab.run("driver", "show", "nix"), 3, "nix")
    with open(f"{case.base}/catalog.db", "r+b") as catalog:
        catalog.write(b"not a database any more" * 100)
    expect(case, lab.run("tenant", "list"), 5, "catalog.db")
    os.chmod(f"{case.base}/catalog.db.key", stat.S_IRUSR | stat.S_IROTH)
    expect(case, lab.run("tenant", "list"), 7, "catalog.db.key")


def json_answers(case):
    lab = lab_of(case)
    case.equal([t["name"] for t in lab.cli("tenant", "list")], ["shop"], "tenant list")
    case.equal(lab.cli("tenant", "show", "--tenant", "shop")["log_streams"][0]["ls_id"], 1001, "tenant show")
    schemes = sorted(s for driver in lab.cli("driver", "list") for s in driver["schemes"])
    case.equal(schemes, ["azblob", "cos", "file", "gs", "nfs", "obs", "oss", "s3"], "driver list")
    case.true(lab.cli("driver", "show", "file")["capabilities"]["append"], "driver show")
    case.equal(lab.cli("archive", "status")[0]["status"], "NONE", "archive status")
    case.equal(lab.cli("backup", "list", "--tenant", "shop"), [], "backup list")
    case.equal(lab.cli("parameter", "show", "--tenant", "shop", "archive_lag_target")[0]["value"], "120s", "parameter")
    error = json.loads(lab.refused("archive", "status", "--tenant", "nix").stderr)["error"]
    case.equal((error["code"], error["exit_code"], error["object"]), ("not_found", 3, "tenant nix"), "error object")
    error = json.loads(lab.refused("archive", "stop", "--tenant", "shop").stderr)["error"]
    case.equal((error["code"], error["ob_error"]), ("conflict", 9092), "error object")
    error = json.loads(lab.refused("archive", "nix").stderr)["error"]
    case.equal((error["code"], error["exit_code"]), ("invalid_argument", 2), "usage error object")


def wrong_words(case):
    lab = lab_of(case)
    for words in (["nix"], ["archive"], ["archive", "nix"], ["archive", "start"], ["tenant", "list", "--nix"],
                  ["tenant", "list", "more"], ["archive", "start", "--tenant"], ["--output", "xml", "tenant", "list"],
                  ["archive", "start", "--tenant", "shop", "--tenant", "shop"], ["archive", "start", "--ten", "shop"],
                  ["linker", "--tenant", "shop", "--ls", "x"], ["restore", "--directory", "/x"],
                  ["restore", "--from", "file:///a", "--directory", "relative"], ["restore", "--from", "file:///a"],
                  ["restore", "--from", "file:///a", "--directory", "/x", "--until-scn", "1", "--until-time", "x"],
                  ["restore", "--from", "file:///a", "--directory", "/x", "--until-scn", "-5"],
                  ["parameter", "set", "--tenant", "shop", "archive_lag_target"], ["tenant", "activate"],
                  ["tenant", "activate", "--directory", "relative"], ["sql", "DELETE FROM tenants"], ["--config"]):
        expect(case, lab.run(*words), 2)
    expect(case, lab.run("parameter", "set", "--tenant", "shop", "backup_data_file_size", "9T"), 2, "4096M")
    expect(case, lab.run("linker", "--tenant", "shop", "--ls", "7"), 3, "7")


def secrets(case):
    lab = lab_of(case)
    uri = "file:///x?access_key=TOPSECRET"
    for words in (["archive", "set-dest", "--tenant", "shop", "--location", uri], ["restore", "--from", uri, "--preview"],
                  ["verify", "--from", uri], ["window", "--from", uri], ["archive", "set-dest", "--nix=" + uri],
                  ["backup", "set-dest", "--tenant", "shop", "--location", uri, "--location", uri]):
        for output in ("text", "json"):
            run = lab.run(*words, "--output", output)
            case.equal(run.returncode, 2, f"{words}: {run.stderr}")
            case.true("TOPSECRET" not in run.stdout + run.stderr, f"{words} shows the secret")
    run = lab.run("window", "--from", uri)
    case.contains(run.stderr, "--from-file", "the way out is named")
    # From a file and from standard input it is accepted as far as the driver, which does not know the key.
    with open(f"{case.base}/uri", "w", encoding="ascii") as out:
        out.write(uri + "\n")
    for run in (lab.run("archive", "set-dest", "--tenant", "shop", "--location-file", f"{case.base}/uri"),
                lab.run("archive", "set-dest", "--tenant", "shop", "--location", "-", stdin=uri + "\n")):
        case.contains(run.stderr, "access_key", "the driver's refusal")
        case.true("TOPSECRET" not in run.stdout + run.stderr, "the secret is shown")
    lab.cli("archive", "set-dest", "--tenant", "shop", "--location", "-", stdin=lab.archive_uri("shop") + "\n")
    with open(lab.config, "a", encoding="ascii") as out:
        out.write('[driver.file]\naccess_key = "TOPSECRET"\n')
    os.chmod(lab.config, 0o644)
    expect(case, lab.run("tenant", "list"), 7, "chmod 600")
    os.chmod(lab.config, 0o600)
    explained = lab.run("config", "explain")
    case.true("TOPSECRET" not in explained.stdout + explained.stderr, "config explain shows a secret")


def config(case):
    lab = lab_of(case)
    case.equal(lab.run("config", "check").returncode, 2, "a database that is not there")
    case.contains(lab.run("config", "check").stdout, f"{case.base}/db", "config check")
    os.makedirs(f"{case.base}/db")
    case.contains(lab.run("config", "check").stdout, "no RocksDB", "config check")
    with open(f"{case.base}/db/CURRENT", "w", encoding="ascii") as current:
        current.write("MANIFEST-000001\n")
    case.equal(lab.run("config", "check").returncode, 0, "a good configuration")
    explained = lab.cli("config", "explain")
    case.equal(explained["tenant"][0]["log_stream"][0]["pin_directory"], f"{case.base}/db.seabed-pins", "default pins")
    case.equal(explained["limits"]["lease_ms"], 15000, "default lease")
    samples = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "config")
    for name in os.listdir(samples):
        run = subprocess.run([lab.program, "--config", os.path.join(samples, name), "config", "explain"],
                             capture_output=True, text=True, timeout=60)
        case.equal(run.returncode, 0, f"sample {name}: {run.stderr}")


def config_errors(case):
    lab = lab_of(case)
    good = open(lab.config, encoding="ascii").read()
    wrong = {
        'nix = 1\n' + good: "seabed.toml:1",
        good.replace("[agent]", "[agent]\ncolour = 1"): "colour",
        good.replace('name = "lab"', "name = 5"): "must be a text",
        good.replace(f'"{case.base}/db"', '"relative/db"'): "relative/db",
        good.replace(f'"{case.base}/db"', f'"{case.base}/../db"'): "..",
        good + good[good.index("[[tenant]]"):]: "twice",
        good.replace('mode = "mysql"', 'mode = "postgres"'): "mysql or oracle",
        good.replace('time_zone = "UTC"', 'time_zone = "Mars/Olympus"'): "Mars/Olympus",
        good.replace("id = 1001", "id = 1"): "1001",
        good.replace('engine = "rocksdb"', 'engine = "leveldb"'): "leveldb",
        good + '[limits]\npinned_bytes = "many"\n': "pinned_bytes",
        good + "[limits\n": "seabed.toml:",
        good.replace('name = "shop"', 'name = "sys"'): "sys",
        good.replace(os.path.join(lab.build, "drivers"), "drivers"): "drivers",
    }
    for text, word in wrong.items():
        with open(lab.config, "w", encoding="ascii") as out:
            out.write(text)
        run = lab.run("config", "check")
        expect(case, run, 2, word, "seabed.toml:")
    os.remove(lab.config)
    expect(case, lab.run("tenant", "list"), 3, lab.config)


def destinations(case):
    lab = lab_of(case)
    shown = lab.cli("archive", "set-dest", "--tenant", "shop", "--location", lab.archive_uri("shop"), "--binding",
                    "mandatory", "--piece-switch-interval", "2d")
    case.equal((shown["dest_id"], shown["binding"], shown["piece_switch_interval"], shown["state"]),
               (1001, "MANDATORY", "2d", "ENABLE"), "set-dest")
    shown = lab.cli("archive", "set-dest", "--tenant", "shop", "--location", lab.archive_uri("shop"))
    case.equal((shown["dest_id"], shown["binding"], shown["piece_switch_interval"]), (1001, "OPTIONAL", "1d"),
               "what is left out goes back to its default, the id stays")
    for value in ("1h", "8d", "x", "0"):
        expect(case, lab.run("archive", "set-dest", "--tenant", "shop", "--location", lab.archive_uri("shop"),
                             "--piece-switch-interval", value), 2, value)
    expect(case, lab.run("archive", "set-dest", "--tenant", "shop", "--location", lab.archive_uri("shop"), "--binding",
                         "sometimes"), 2, "sometimes")
    expect(case, lab.run("backup", "set-dest", "--tenant", "shop", "--location", lab.archive_uri("shop")), 4, "9066")
    case.equal(lab.cli("backup", "set-dest", "--tenant", "shop", "--location", lab.data_uri("shop"))["dest_id"], 1002,
               "one counter for both kinds")
    tree = sorted(n for n in os.listdir(f"{case.base}/media/shop/archive") if not n.startswith("."))  # the driver's own
    case.equal(tree, ["check_file", "format.obbak"], "what set-dest writes")
    probes = os.listdir(f"{case.base}/media/shop/archive/check_file")
    case.equal(len(probes), 1, "one probe is kept")
    case.true(probes[0].startswith("1002_connect_file_") and probes[0].endswith(".obbak"), f"name of {probes[0]}")
    lab.cli("archive", "set-dest", "--tenant", "shop", "--clear")
    case.equal(lab.cli("archive", "status")[0]["destination"], None, "cleared")
    again = lab.cli("archive", "set-dest", "--tenant", "shop", "--location", lab.archive_uri("shop"))
    case.equal(again["dest_id"], 1001, "the same path again")
    other = Installation(case.build, f"{case.base}/other", [Tenant("shop", f"{case.base}/db")], cluster="other")
    expect(case, other.run("archive", "set-dest", "--tenant", "shop", "--location", lab.archive_uri("shop")), 4, "9081")


def sql_views(case):
    lab = lab_of(case)
    lab.cli("archive", "set-dest", "--tenant", "shop", "--location", lab.archive_uri("shop"))
    rows = lab.cli("sql", "SELECT NAME, VALUE FROM CDB_OB_ARCHIVE_DEST WHERE TENANT_ID = 1002 ORDER BY NAME")
    case.equal([r["NAME"] for r in rows], ["binding", "dest_id", "path", "piece_switch_interval", "state"], "names")
    case.equal([r["VALUE"] for r in rows][1:4], ["1001", lab.archive_uri("shop"), "1d"], "values")
    case.contains(lab.run("sql", "SELECT count(*) AS N FROM CDB_OB_ARCHIVELOG").stdout, "N\n0\n", "a table for people")


def no_configuration(case):
    lab = lab_of(case)

    def run(*words):
        env = {k: v for k, v in os.environ.items() if k != "SEABED_CONFIG"}
        return subprocess.run([lab.program, *words], capture_output=True, text=True, timeout=60, env=env)
    if os.path.exists("/etc/seabed/seabed.toml"):
        return
    case.equal(run("driver", "list").returncode, 0, "drivers beside the program")
    expect(case, run("tenant", "list"), 3, "/etc/seabed/seabed.toml")
    empty = run("window", "--from", f"file://{case.base}/nothing")
    case.true(empty.returncode in (3, 4, 5), f"a destination that is none: {empty.returncode} {empty.stderr}")


if __name__ == "__main__":
    sys.exit(run_cases({"help": help_texts, "exit-codes": exit_codes, "json": json_answers, "wrong-words": wrong_words,
                        "secrets": secrets, "config": config, "config-errors": config_errors,
                        "destinations": destinations, "sql-views": sql_views, "no-configuration": no_configuration}))
