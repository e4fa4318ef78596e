"""The main job on a live MariaDB with MyRocks, proved in SQL; run by tools/quickstart --myrocks."""
import os
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "servers"))

from installation import Installation, remove  # noqa: E402
from ledger_story import LATE_FLUSH, bounds  # noqa: E402
from mariadb_lab import Bank  # noqa: E402
from quickstart import protect_and_back_up, report  # noqa: E402
from timeline import Timeline, stamp  # noqa: E402


def myrocks_story(build, base, pause):
    timeline = Timeline()
    bank = Bank(base).start()
    second = None
    try:
        bank.start_load()
        timeline.add(time.time_ns(), "MariaDB with MyRocks runs, two clients transfer money")
        with Installation(build, base, [bank.tenant("shop")]) as lab:
            protect_and_back_up(lab, timeline, pause)
            moment = time.time_ns() // 1000 * 1000
            timeline.add(moment, "the moment that we shall want back", "note")
            timeline.follow(lab, "shop", pause)
            lab.wait_checkpoint("shop", moment)
            bank.stop()
            remove(bank.server.data)
            timeline.add(time.time_ns(), "the server is killed and its data directory deleted", "bad")
            lab.stop()
            directory = os.path.join(base, "restored")
            outcome = lab.restore("shop", directory, "--until-time", stamp(moment))
            stream = next(s for s in outcome["streams"] if s["ls_id"] == 1001)
            second = bank.restored_server("second", directory)
            timeline.add(time.time_ns(), "a second server answers SQL on what was restored", "good")
            status, verdict = bank.check(second, *bounds(stream, moment, slack=LATE_FLUSH))
            print("not restored: " + "; ".join(outcome["not_restored"]))
        return report(timeline, moment, status == 0, f"every row, balance and secondary index against the clients' own "
                      f"log (interval {stream['scn_lo']}…{stream['scn_hi']}): {verdict}")
    finally:
        bank.stop()
        if second:
            second.stop()
