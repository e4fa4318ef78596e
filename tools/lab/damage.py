"""What `seabed verify` says of an object that was damaged."""
import json
import os
import re

ITEM = re.compile(r"backup_set_\d+_(full|inc)|piece_d\d+r\d+p\d+")


def names_it(run, name):
    """An error of the run of verify names the object, or the set or piece that it is of."""
    text = run.stderr or ""
    if run.stdout.strip():
        text += "\n".join(f"{f['object']}: {f['reason']}" for f in json.loads(run.stdout)["findings"] if f["error"])
    item = ITEM.search(name)
    return any(word in text for word in [os.path.basename(name)] + ([item.group(0)] if item else []))
