"""The package installed on a clean root of the running Debian release, and the quickstart's job done from the installed files.
Needs root, debootstrap and apt's network, takes about a minute: label `full`."""
# ctest: timeout=900 labels=full
# case: clean-root
import os
import re
import shutil
import sys

from case import Skip, run_cases
from package_test import package, run


def clean_root(case):
    """Nothing of this machine is in it: what the program needs, the package's dependencies must have brought."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise Skip("needs root and debootstrap")
    deb = package(case)
    sources = run("apt-get", "indextargets", "Created-By: Packages", "--format", "$(REPO_URI) $(CODENAME)").splitlines()
    with open("/etc/os-release", encoding="ascii") as text:
        codename = re.search("^VERSION_CODENAME=(.*)$", text.read(), re.M)[1]
    mirror = next((line.split()[0] for line in sources if line.split()[1:] == [codename]), None)
    if not mirror:
        raise Skip(f"apt has no source for {codename}")
    root = f"{case.base}/root"
    run("debootstrap", "--variant=minbase", codename, root, mirror)
    shutil.copy(deb, f"{root}/var/tmp/seabed.deb")
    script = """set -e
mount -t proc proc "$0/proc"
for node in null zero random urandom; do touch "$0/dev/$node"; mount --bind "/dev/$node" "$0/dev/$node"; done
[ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$0/etc/resolv.conf"
exec chroot "$0" /bin/sh -c '
  set -e
  export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
  apt-get update -qq
  apt-get install -y -q --no-install-recommends /var/tmp/seabed.deb python3 >/var/tmp/install.log 2>&1 || { cat /var/tmp/install.log; exit 1; }
  seabed --version
  seabed config check
  seabed driver list
  seabed-quickstart --seconds 6
  apt-get purge -y -q seabed >/dev/null 2>&1
  ls -d /etc/seabed /usr/lib/seabed /usr/bin/seabed 2>/dev/null || echo gone'
"""
    out = run("unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c", script, root, seconds=800)
    case.true(re.search(r"^quickstart: restored to .*: EQUAL$", out, re.M), f"the quickstart: {out[-3000:]}")
    case.contains(out, "seabed.toml: good", "config check")
    case.equal(out.strip().splitlines()[-1], "gone", "after purge")


if __name__ == "__main__":
    sys.exit(run_cases({"clean-root": clean_root}))
