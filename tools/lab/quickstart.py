#!/usr/bin/python3
"""The main job on live data; run by tools/quickstart."""
import argparse
import os
import sys
import tempfile
import time

import media
from installation import CliError, Installation, Tenant, remove
from ledger import Ledger
from ledger_story import bounds
from timeline import Timeline, stamp


def protect_and_back_up(lab, timeline, pause, lag="0"):
    lab.live = sys.stdout.isatty() and sys.stderr.isatty()
    lab.start_linker("shop")
    lab.start_agent()
    lab.protect("shop", lag=lag)
    timeline.add(time.time_ns(), "log archiving is DOING; nothing changed at the writer", "good")
    for incremental in (False, True):
        timeline.follow(lab, "shop", pause)
        show = lab.backup("shop", incremental=incremental)
        timeline.add(time.time_ns(), f"{'incremental' if incremental else 'full'} backup: set {show['backup_set_id']}, "
                                     f"{show['output_bytes'] / 1e6:.1f} MB written", "good")
    timeline.follow(lab, "shop", pause)


def report(timeline, moment, equal, detail):
    timeline.show()
    print(f"\n{detail}")
    print(f"quickstart: restored to {stamp(moment)}: {'EQUAL' if equal else 'DIFFERENT'}")
    return 0 if equal else 1


def rocksdb_story(build, base, pause, medium):
    timeline = Timeline()
    ledger = Ledger(build, base, flags=["--cfs", "3", "--rate", "2000", "--value-size", "400", "--memtable-kb", "1024"])
    ledger.start("--seconds", "600")
    timeline.add(time.time_ns(), "a writer in another process commits 2,000 transfers a second")
    tenant = Tenant("shop", ledger.db)
    with Installation(build, base, [tenant], medium=medium) as lab:
        protect_and_back_up(lab, timeline, pause, "0" if medium.append else "500ms")
        moment = time.time_ns() // 1000 * 1000
        timeline.add(moment, "the moment that we shall want back", "note")
        timeline.follow(lab, "shop", pause)
        lab.wait_checkpoint("shop", moment)
        ledger.kill()
        remove(ledger.db)
        timeline.add(time.time_ns(), "the writer is killed and its database deleted", "bad")
        lab.stop()
        directory = os.path.join(base, "restored")
        outcome = lab.restore("shop", directory, "--until-time", stamp(moment))
        timeline.add(time.time_ns(), "restored on another installation from the two destinations alone", "good")
        status, verdict = ledger.check(os.path.join(directory, os.path.basename(ledger.db)),
                                       *bounds(outcome["streams"][0], moment))
    return report(timeline, moment, status == 0, f"commit {verdict.get('commit')} of the writer's own log, "
                  f"{verdict.get('keys')} keys compared byte for byte: {verdict}")


def main():
    args = argparse.ArgumentParser(prog="tools/quickstart")
    args.add_argument("--build", required=True, help=argparse.SUPPRESS)
    args.add_argument("--myrocks", action="store_true")
    args.add_argument("--medium", choices=["file", *media.STARTS], default="file")
    args.add_argument("--seconds", type=float, default=12)
    args.add_argument("--keep", action="store_true")
    options = args.parse_args()
    base = tempfile.mkdtemp(prefix="seabed-quickstart-", dir="/var/tmp")
    try:
        if options.myrocks:
            from quickstart_myrocks import myrocks_story
            return myrocks_story(options.build, base, options.seconds / 4)
        medium = media.start(options.medium, base)
        try:
            return rocksdb_story(options.build, base, options.seconds / 4, medium)
        finally:
            medium.stop()
    except (CliError, TimeoutError, RuntimeError) as error:
        print(f"\n{error}\nquickstart: FAILED", file=sys.stderr)
        return 1
    finally:
        if options.keep:
            print(f"left in {base}")
        else:
            remove(base)


if __name__ == "__main__":
    sys.exit(main())
