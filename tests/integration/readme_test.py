"""The README's tour, command for command, in another directory."""
# ctest: timeout=180
import os
import re
import subprocess
import sys

from case import run_cases

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md")


def tour(case):
    with open(README, encoding="utf-8") as text:
        text = text.read()
    steps = re.findall(r"```sh\n(.*?)```", text[text.index("<!-- tour -->"):], re.S)
    case.true(len(steps) >= 5, "the tour has lost its steps")
    script = "\n".join(steps).replace("/tmp/tour", case.base + "/tour")
    script = re.sub(r"^tools/build .*\n", "", script, flags=re.M)
    script = script.replace("$PWD/build/release/bin", case.build + "/bin")
    script = "set -e\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n" + script
    # What a reader does between two commands by hand: the writer and the agent get the time to come up.
    script = script.replace("export SEABED_CONFIG", f"for i in $(seq 100); do [ -e {case.base}/tour/db/CURRENT ] || "
                            "sleep 0.1; done\nexport SEABED_CONFIG")
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=150,
                         env={k: v for k, v in os.environ.items() if k != "SEABED_CONFIG"})
    case.equal(run.returncode, 0, f"the tour: {run.stdout[-3000:]}\n{run.stderr[-3000:]}")
    for words in ("DOING", "COMPLETED", "restorable", "everything holds", "activated"):
        case.contains(run.stdout, words, "what the tour shows")


if __name__ == "__main__":
    sys.exit(run_cases({"tour": tour}))
