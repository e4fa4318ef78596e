"""What `seabed verify` says of an object that was damaged."""
import json
import os
import re

ITEM = re.compile(r"backup_set_(\d+)_(full|inc)|piece_d\d+r\d+p\d+")


def names_it(run, name):
    """An error of the run of verify names the object, or the set or piece that it is of; a format file in words."""
    text = run.stderr or ""
    if run.stdout.strip():
        told = json.loads(run.stdout)
        errors = [told["error"]] if "error" in told else [f for f in told["findings"] if f["error"]]
        text += "\n".join(f"{f['object']}: {f['reason']}" for f in errors)
    words, item = [os.path.basename(name)], ITEM.search(name)
    if item:
        words += [item.group(0)] + ([f"backup set {item.group(1)}"] if item.group(1) else [])
    if name.endswith("format.obbak"):
        words.append("format file")
    return any(word in text for word in words)
