"""Real sets and pieces against the introduction's trees, name by name: no file that is not in them, none of them missing."""
# ctest: timeout=180
# case: trees
# case: families
import collections
import os
import re
import sys
import time

from case import run_cases
from installation import Installation, Tenant
from ledger import Ledger
from ledger_story import pass_time

TAG = r"\d{8}T\d{6}"
SCN = r"\d{19}"
INDEXES = ("macro_range_index", "meta_index", "sec_meta_index")

# "Data backup directories" of the introduction; {set} stands for backup_set_<id>_<full|inc>.
SET = r"backup_set_(\d+)_(full|inc)"
DATA = [r"format\.obbak", rf"check_file/\d+_connect_file_{TAG}\.obbak",
        rf"backup_sets/{SET}_start\.obbak", rf"backup_sets/{SET}_end_success_{TAG}\.obbak",
        rf"{SET}/{SET}_{TAG}_{TAG}\.obbak", rf"{SET}/single_backup_set_info\.obbak",
        rf"{SET}/tenant_backup_set_infos\.obbak",
        rf"{SET}/infos/table_list/table_list\.{SCN}\.\d+\.obbak",
        rf"{SET}/infos/table_list/table_list_meta_info\.{SCN}\.obbak",
        *[rf"{SET}/infos/{kind}_data_info_turn_\d+/tablet_log_stream_info\.obbak" for kind in ("major", "minor")],
        *[rf"{SET}/infos/{kind}_data_info_turn_\d+/tenant_{kind}_data_{index}\.\d+\.obbak"
          for kind in ("major", "minor") for index in INDEXES],
        rf"{SET}/infos/diagnose_info\.obbak", rf"{SET}/infos/tenant_parameter\.obbak",
        rf"{SET}/infos/locality_info\.obbak",
        rf"{SET}/infos/meta_info/ls_attr_info\.\d+\.obbak", rf"{SET}/infos/meta_info/ls_meta_infos\.obbak"]
for ls in ("1", "1001"):
    DATA += [rf"{SET}/logstream_{ls}/meta_info_turn_\d+_retry_\d+/{name}" for name in
             (r"ls_meta_info\.obbak", r"tablet_info\.\d+\.obbak")]
    DATA += [rf"{SET}/logstream_{ls}/{kind}_data_turn_\d+_retry_\d+/{index}\.obbak"
             for kind in ("major", "minor", "sys") for index in INDEXES]
    DATA += [rf"{SET}/logstream_{ls}/{kind}_data_turn_\d+_retry_\d+/macro_block_data\.\d+\.obbak"
             for kind in (("major", "minor", "sys") if ls == "1001" else ("sys",))]

# "Log archive directories" (append media).
PIECE = r"piece_d(\d+)r(\d+)p(\d+)"
ARCHIVE = [rf"check_file/\d+_connect_file_{TAG}\.obbak", r"format\.obbak",
           r"rounds/round_d\d+r\d+_start\.obarc", r"rounds/round_d\d+r\d+_end\.obarc",
           rf"pieces/{PIECE}_start_{TAG}\.obarc", rf"pieces/{PIECE}_end_{TAG}\.obarc",
           rf"{PIECE}/{PIECE}_{TAG}_{TAG}\.obarc",
           rf"{PIECE}/checkpoint/checkpoint\.{SCN}\.obarc", rf"{PIECE}/checkpoint/checkpoint_info\.0\.obarc",
           rf"{PIECE}/single_piece_info\.obarc", rf"{PIECE}/tenant_archive_piece_infos\.obarc",
           rf"{PIECE}/file_info\.obarc",
           *[rf"{PIECE}/logstream_{ls}/file_info\.obarc" for ls in ("1", "1001")],
           *[rf"{PIECE}/logstream_{ls}/log/\d+\.obarc" for ls in ("1", "1001")],
           rf"{PIECE}/logstream_1/schema_meta/{SCN}\.obarc"]
# Seabed's own, beside the introduction's tree (docs/format/archive-objects.md).
OWN = [r"leases/.*", rf"{PIECE}/holes/.*"]
# What an empty kind of data may leave out: a database may have no file in the levels above, log stream 1 has system data only.
OPTIONAL = [r".*/minor_data_turn.*/macro_block_data.*", r".*/logstream_1/(major|minor)_data.*"]


def names(root):
    return sorted(os.path.relpath(os.path.join(folder, file), root)
                  for folder, _, files in os.walk(root) for file in files)


def compare(case, root, patterns):
    found = names(root)
    strangers = [name for name in found if not any(re.fullmatch(p, name) for p in patterns + OWN)]
    case.equal(strangers, [], f"files in {root} that the introduction does not have")
    absent = [p for p in patterns if not any(re.fullmatch(p, name) for name in found)]
    absent = [p for p in absent if not any(re.fullmatch(o, p.replace("\\", "")) for o in OPTIONAL)]
    case.equal(absent, [], f"names of the introduction that are not in {root}")


def trees(case):
    ledger = Ledger(case.build, case.base, flags=["--cfs", "3", "--memtable-kb", "128"])
    ledger.start("--rate", "1500", "--seconds", "120")
    case.at_end(ledger.kill)
    with Installation(case.build, case.base, [Tenant("t", ledger.db)],
                      env={"SEABED_TEST_MIN_PIECE_SECONDS": "1"}) as lab:
        lab.start_agent()
        lab.protect("t", piece_switch="2s")
        pass_time(lab, "t", 1)
        lab.backup("t")
        pass_time(lab, "t", 2.5)
        lab.backup("t", incremental=True)
        lab.cli("archive", "stop", "--tenant", "t")
        lab.wait_archive("t", "STOP")
        compare(case, f"{case.base}/media/t/data", DATA)
        compare(case, f"{case.base}/media/t/archive", ARCHIVE)
        report = lab.cli("verify", *lab.sources("t"))
        case.equal([f for f in report["findings"] if f["error"]], [], "verify of a good tree")


def shapes_of(case, families):
    """How many files of each form of name a round's piece and a full set have, the rows themselves apart."""
    base = f"{case.base}/{families}"
    os.makedirs(base)
    ledger = Ledger(case.build, base, flags=["--cfs", str(families)]).start("--rate", "2000", "--seconds", "120")
    case.at_end(ledger.kill)
    with Installation(case.build, base, [Tenant("t", ledger.db)]) as lab:
        lab.start_agent()
        lab.protect("t")
        pass_time(lab, "t", 1)
        lab.backup("t")
        lab.wait_checkpoint("t", time.time_ns())
        ledger.kill()
        lab.cli("archive", "stop", "--tenant", "t")
        lab.wait_archive("t", "STOP")
    found = names(f"{base}/media/t/data") + names(f"{base}/media/t/archive")
    return collections.Counter(re.sub(r"\d+", "N", name) for name in found
                               if "macro_block_data" not in name and not name.startswith("leases/"))


def families(case):
    one, thousand = shapes_of(case, 1), shapes_of(case, 1000)
    case.true(len(one) > 30, f"forms of names: {one}")
    differing = {name: (one[name], thousand[name]) for name in one.keys() | thousand.keys() if one[name] != thousand[name]}
    # Checkpoints follow the time that the round lasted.
    case.equal({n: c for n, c in differing.items() if "/checkpoint/" not in n}, {}, "files per form of name, for 1 and 1,000 families")


if __name__ == "__main__":
    sys.exit(run_cases({"trees": trees, "families": families}))
