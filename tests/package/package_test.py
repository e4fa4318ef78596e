"""The Debian package: what is in it, and what systemd says of its units."""
# ctest: timeout=300
# case: contents
# case: units
import glob
import gzip
import os
import re
import shutil
import subprocess
import sys

from case import Skip, run_cases

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def run(*words, seconds=600, **more):
    done = subprocess.run(list(words), capture_output=True, text=True, timeout=seconds, **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def package(case):
    if not shutil.which("dpkg-shlibdeps"):
        raise Skip("dpkg-dev is not installed")
    run("cpack", "-G", "DEB", "-B", f"{case.base}/cpack", "--config", f"{case.build}/CPackConfig.cmake", cwd=case.build)
    found = glob.glob(f"{case.base}/cpack/*.deb")
    case.equal(len(found), 1, f"packages: {found}")
    return found[0]


def contents(case):
    deb = package(case)
    files = {line.split(None, 5)[5].split(" -> ")[0][1:]: line for line in run("dpkg-deb", "-c", deb).splitlines()}
    for wanted in ("/usr/bin/seabed", "/usr/bin/seabed-quickstart", "/etc/seabed/seabed.toml", "/etc/seabed/conf.d/",
                   "/usr/lib/systemd/system/seabed-agent.service", "/usr/lib/systemd/system/seabed-linker@.service",
                   "/usr/share/man/man1/seabed.1.gz", "/usr/share/man/man1/seabed-backup.1.gz",
                   "/usr/share/bash-completion/completions/seabed", "/usr/share/doc/seabed/copyright",
                   "/usr/share/doc/seabed/operator-guide.md", "/usr/share/doc/seabed/examples/s3.toml",
                   *(f"/usr/lib/seabed/drivers/seabed_{name}.so" for name in ("file", "nfs", "s3", "oss", "azblob"))):
        case.true(wanted in files, f"{wanted} is not in the package")
    for name in os.listdir(f"{TOP}/docs"):  # the operator's pages refer to each other
        case.true(not name.endswith(".md") or name == "architecture.md" or f"/usr/share/doc/seabed/{name}" in files, f"{name} is missing")
    for path, line in files.items():
        writable = line[0] != "l" and "w" in (line[5], line[8])
        case.true(line.split()[1] == "root/root" and not writable, f"owner or mode: {line}")
    case.equal(run("dpkg-deb", "--info", deb, "conffiles").split(), ["/etc/seabed/seabed.toml"], "conffiles")
    control = run("dpkg-deb", "--field", deb)
    for library in ("librocksdb7", "libcurl4", "libnfs", "libprometheus-cpp-core", "libsystemd0", "libedit2", "libfuse3-3", "libc6"):
        case.contains(re.search("^Depends: (.*)$", control, re.M)[1], library, "shlibdeps")
    root = f"{case.base}/unpacked"
    run("dpkg-deb", "-x", deb, root)
    for folder, _, names in os.walk(root):
        for name in names:
            with open(os.path.join(folder, name), "rb") as data:
                case.true(os.path.realpath(case.build).encode() not in data.read(), f"the build directory is named in {name}")
    program = f"{root}/usr/bin/seabed"
    explained = run(program, "--config", f"{root}/etc/seabed/seabed.toml", "config", "explain")
    case.contains(explained, "/usr/lib/seabed/drivers", "the packaged configuration")
    drivers = run(program, "driver", "list", env={"PATH": "/usr/bin:/bin", "SEABED_CONFIG": "/nonexistent"})
    for scheme in ("file", "nfs", "s3", "oss", "azblob"):
        case.contains(drivers, scheme, "drivers beside the unpacked program")
    words_of_every_noun(case, root, files)


def words_of_every_noun(case, root, files):
    """Each verb that --help names has its manual page and is completed."""
    text = run(f"{root}/usr/bin/seabed", "--help").split("\nEverywhere")[0]
    verbs = [line.split("  ")[1].split() for line in text.splitlines() if re.match("  [a-z]", line)]
    nouns = {words[0] for words in verbs}
    case.true({"key", "clean", "standby", "table", "drill", "mount", "tenant", "archive", "backup"} <= nouns, nouns)
    complete = f"source {root}/usr/share/bash-completion/completions/seabed && "
    case.contains(run("bash", "-c", complete + "complete -p seabed"), "_seabed", "completion")
    for words in verbs:
        case.true(f"/usr/share/man/man1/seabed-{words[0]}.1.gz" in files, f"no manual page of {words}")
        if len(words) > 1:
            with gzip.open(f"{root}/usr/share/man/man1/seabed-{words[0]}.1.gz", "rt") as page:
                case.contains(page.read().replace("\\-", "-"), " ".join(words), "manual page")
        typed = f'COMP_WORDS=(seabed {" ".join(words[:-1])} ""); COMP_CWORD={len(words)}; _seabed; echo "${{COMPREPLY[*]}}"'
        case.true(words[-1] in run("bash", "-c", complete + typed).split(), f"{words} is not completed")


def units(case):
    """As systemd reads them, with the program of this build where the package has its own."""
    if not shutil.which("systemd-analyze"):
        raise Skip("systemd-analyze is not installed")
    folder = f"{case.base}/units"
    os.mkdir(folder)
    for name in ("seabed-agent.service", "seabed-linker@.service"):
        with open(f"{TOP}/tools/package/systemd/{name}", encoding="utf-8") as text:
            unit = text.read().replace("/usr/bin/seabed", f"{case.build}/bin/seabed")
        unit = re.sub(r"^Documentation=.*\n", "", unit, flags=re.M)  # man pages that are not installed here
        with open(f"{folder}/{name}", "w", encoding="utf-8") as out:
            out.write(unit)
    for name in ("seabed-agent.service", "seabed-linker@daemon.service"):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"{folder}/{name}"], capture_output=True, text=True,
                              timeout=120, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"})
        ours = [line for line in (done.stdout + done.stderr).splitlines() if "seabed" in line]
        case.equal((done.returncode, ours), (0, []), f"systemd-analyze verify {name}")
    broken = f"{folder}/seabed-broken.service"
    with open(f"{folder}/seabed-agent.service", encoding="utf-8") as text, open(broken, "w", encoding="utf-8") as out:
        out.write(text.read().replace("Restart=always", "Restart=perhaps"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", broken], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"})
    case.contains(done.stdout + done.stderr, "perhaps", "a broken unit is told")


CASES = {"contents": contents, "units": units}

if __name__ == "__main__":
    sys.exit(run_cases(CASES))
