#!/usr/bin/python3
"""Fails when an include looks against the arrows of docs/architecture.md. Usage: check_includes.py TOP"""
import re
import sys
from pathlib import Path

# folder -> folders of core it may include (itself always); the longest matching folder counts
ALLOWED = {
    "core/base": [],
    "core/storage": ["core/base", "core/storage/driver"],  # destination.cc opens what driver/ loaded
    "core/storage/driver": ["core/base", "core/storage"],
    "core/format": ["core/base"],
    "core/flow": ["core/base"],
    "core/media": ["core/base", "core/storage", "core/format", "core/flow"],
    "core/source": ["core/base", "core/format"],
    "core/source/rocksdb": ["core/base", "core/format", "core/source"],
    "core/source/myrocks": ["core/base", "core/format", "core/source", "core/source/rocksdb"],
    "core/catalog": ["core/base", "core/storage", "core/format", "core/flow", "core/media"],
    "core/engine": ["core/base", "core/storage", "core/format", "core/flow", "core/media", "core/catalog",
                    "core/source", "core/engine"],
    "plugins": [],
    "sdk/include": [],
    "sdk/cpp": [],
    "sdk/template": [],
    "sdk/conformance": [],
    # open_quick alone is compiled; the other headers of applications are their own
    "sdk/app": ["core/base", "core/storage", "core/media", "core/source/rocksdb", "core/engine"],
    # all but core/storage/driver; of the adapters what they inject
    "tools": ["core/base", "core/storage", "core/format", "core/flow", "core/media", "core/catalog", "core/source",
              "core/source/rocksdb", "core/source/myrocks", "core/engine"],
}
# only these may include these headers
CONFINED = [
    (re.compile(r"^rocksdb/"), ("core/source/rocksdb", "core/source/myrocks", "sdk/app", "tests", "tools/bench")),
    (re.compile(r"^boost/dll"), ("core/storage/driver",)),
    (re.compile(r"^seabed/"), ("core/storage/driver", "plugins", "sdk", "tests")),
    (re.compile(r"^soci"), ("core/catalog",)),
    (re.compile(r"^curl/"), ("plugins",)),
]
NEVER_DRIVER = ("core/media", "core/catalog", "core/engine", "tools", "core/flow", "core/source")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def layer_of(path):
    return max((k for k in ALLOWED if path == k or path.startswith(k + "/")), key=len, default=None)


def problems(top):
    for file in sorted(top.rglob("*")):
        if file.suffix not in (".h", ".hpp", ".cc", ".c", ".cpp"):
            continue
        name = file.relative_to(top).as_posix()
        if name.split("/")[0] not in ("core", "plugins", "sdk", "tools", "tests"):
            continue
        folder = name.rsplit("/", 1)[0]
        layer = layer_of(folder)
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match.group(1)
            where = f"{name}:{number}: includes {target}"
            for pattern, owners in CONFINED:
                if pattern.match(target) and not folder.startswith(owners):
                    yield f"{where}: only {', '.join(owners)} may"
            if target.startswith("core/storage/driver/") and folder.startswith(NEVER_DRIVER):
                yield f"{where}: the driver folder is core/storage's own"
            if target.startswith("core/") and layer is not None and target.endswith((".h", ".hpp")):
                into = layer_of(target.rsplit("/", 1)[0])
                if into != layer and into not in ALLOWED[layer]:
                    yield f"{where}: {layer} may not look into {into}"


def main():
    found = list(problems(Path(sys.argv[1])))
    print("\n".join(found) if found else "layering: every include follows the arrows")
    return 1 if found else 0


sys.exit(main())
