"""One file of --gb to and from a medium, beside other programs with the same part size and number of connections."""
import itertools
import json
import os
import subprocess
import sys

import boto3
from botocore.config import Config

from measure import compare, settle, timed

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/servers"))
from ceph_rgw import CephRgw  # noqa: E402
from ganesha import Ganesha  # noqa: E402

PART_MIB, CONNECTIONS = 16, 8
MIB = 1 << 20


class Copy:
    """Ours: the driver behind the host's whole stack."""

    def __init__(self, b, uri):
        self.b, self.uri, self.peak = b, uri, 0

    def run(self, what, key, path, part_mib=PART_MIB, threads=CONNECTIONS):
        run = subprocess.run([f"{self.b.build}/bin/medium_copy", what, "--drivers", f"{self.b.build}/drivers", "--key", key,
                              "--file", path, "--part-mib", str(part_mib), "--threads", str(threads)],
                             input=self.uri + "\n", capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise RuntimeError(run.stderr)
        told = json.loads(run.stdout)
        self.peak = told["peak_rss"]
        return told["seconds"]


def curl(requests):
    """Seconds of one curl that does all of them, CONNECTIONS at a time."""
    command = ["curl", "-s", "-S", "--fail", "--parallel", "--parallel-immediate", "--parallel-max", str(CONNECTIONS)]
    for n, one in enumerate(requests):
        command += (["--next"] if n else []) + ["-s", "-S", "--fail"] + one
    return timed(*command)


class S3Peers:
    def __init__(self, b, facts):
        self.b, self.facts = b, facts
        self.boto = boto3.client("s3", endpoint_url=facts["endpoint"], aws_access_key_id=facts["access_id"],
                                 aws_secret_access_key=facts["access_key"], region_name="us-east-1",
                                 config=Config(s3={"addressing_style": "path"}))
        self.boto.create_bucket(Bucket="bench")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_") and "CA_BUNDLE" not in k}
        self.env.update(AWS_ACCESS_KEY_ID=facts["access_id"], AWS_SECRET_ACCESS_KEY=facts["access_key"],
                        AWS_DEFAULT_REGION="us-east-1", AWS_CONFIG_FILE=b.base + "/aws.conf")
        with open(b.base + "/aws.conf", "w", encoding="ascii") as text:
            text.write(f"[default]\ns3 =\n  multipart_chunksize = {PART_MIB}MB\n  max_concurrent_requests = {CONNECTIONS}\n"
                       "  addressing_style = path\n")

    def parts(self, path):
        size = os.path.getsize(path)
        return [(at, min(PART_MIB * MIB, size - at)) for at in range(0, size, PART_MIB * MIB)]

    def curl_put(self, path):
        upload = self.boto.create_multipart_upload(Bucket="bench", Key="curl")["UploadId"]
        requests = []
        for n, (at, size) in enumerate(self.parts(path)):
            piece = f"{self.b.base}/pieces/{n}"
            requests.append(["-o", "/dev/null", "-T", piece, self.boto.generate_presigned_url(
                "upload_part", {"Bucket": "bench", "Key": "curl", "UploadId": upload, "PartNumber": n + 1})])
        seconds = curl(requests)
        self.boto.abort_multipart_upload(Bucket="bench", Key="curl", UploadId=upload)
        return seconds

    def cut(self, path):
        """curl cannot send a range of a file: its pieces lie ready before the clock starts."""
        os.makedirs(self.b.base + "/pieces", exist_ok=True)
        with open(path, "rb") as file:
            for n, (_, size) in enumerate(self.parts(path)):
                with open(f"{self.b.base}/pieces/{n}", "wb") as piece:
                    piece.write(file.read(size))

    def curl_get(self, path, key):
        url = self.boto.generate_presigned_url("get_object", {"Bucket": "bench", "Key": key})
        return curl([["-o", f"{self.b.base}/got/{n}", "-r", f"{at}-{at + size - 1}", url]
                     for n, (at, size) in enumerate(self.parts(path))])

    def aws(self, source, target):
        return timed("aws", "--endpoint-url", self.facts["endpoint"], "s3", "cp", "--quiet", source, target, env=self.env)

    def rclone(self, source, target):
        flags = ["--s3-provider", "Ceph", "--s3-endpoint", self.facts["endpoint"], "--s3-env-auth", "--s3-chunk-size",
                 f"{PART_MIB}M", "--s3-upload-concurrency", str(CONNECTIONS), "--multi-thread-streams", str(CONNECTIONS),
                 "--multi-thread-cutoff", f"{PART_MIB}M", "--s3-no-check-bucket", "--ignore-times", "--config", "/dev/null"]
        return timed("rclone", *flags, "copyto", source, target, env=self.env)


def random_file(b):
    path = b.base + "/file"
    with open(path, "wb") as out:
        for _ in range(int(b.gb * 64)):
            out.write(os.urandom(16 * MIB))
    settle()
    return path


def bench_s3(b):
    server = CephRgw(b.base + "/rgw")
    facts = server.start(gigabytes=int(b.gb * b.runs * 8) + 4)   # its memory store never gives back what was overwritten
    try:
        path, back = random_file(b), b.base + "/back"
        os.makedirs(b.base + "/got", exist_ok=True)
        peers = S3Peers(b, facts)
        peers.cut(path)
        # Presigned requests, curl's, do not sign the body: neither does ours here (over https that is the default).
        uri = (f"s3://bench/t?payload_signing=never&host={facts['endpoint']}&addressing_model=path_style&s3_region=us-east-1"
               f"&access_id={facts['access_id']}&access_key={facts['access_key']}")
        ours = Copy(b, uri)
        put = lambda: ours.run("put", "ours", path)  # noqa: E731
        get = lambda: ours.run("get", "ours", back)  # noqa: E731
        rows = []
        for name, peer in (("curl --parallel", lambda: peers.curl_put(path)),
                           ("rclone copyto", lambda: peers.rclone(path, ":s3:bench/rclone")),
                           ("aws s3 cp", lambda: peers.aws(path, "s3://bench/aws"))):
            rows.append(compare(f"upload of {b.gb:g} GB to RGW", name, "s", *b.pairs(put, peer)))
        for name, peer in (("curl --parallel", lambda: peers.curl_get(path, "t/ours")),
                           ("rclone copyto", lambda: peers.rclone(":s3:bench/t/ours", back + ".rclone")),
                           ("aws s3 cp", lambda: peers.aws("s3://bench/t/ours", back + ".aws"))):
            rows.append(compare(f"download of {b.gb:g} GB from RGW", name, "s", *b.pairs(get, peer)))
        ours.run("put", "sixteen", path, threads=16)
        rows.append(compare("memory under 16 parallel parts", "16 parts + 32 MiB", "MiB", [ours.peak / MIB],
                            [16.0 * PART_MIB + 32]))
        with open(path, "rb") as one, open(back, "rb") as two:
            assert one.read() == two.read(), "what came back is not what was sent"
        return rows
    finally:
        server.stop()


def bench_nfs(b):
    server = Ganesha(b.base + "/nfs")
    facts = server.start()
    try:
        path = random_file(b)
        ports = f"nfsport={facts['nfsport']}&mountport={facts['mountport']}"
        ours = Copy(b, f"{facts['uri']}/ours?{ports}")
        fresh = itertools.count()   # nfs-cp does not write over a file

        def peer():
            return timed("nfs-cp", path, f"nfs://127.0.0.1{facts['export']}/peer{next(fresh)}?{ports}")

        return [compare(f"NFS write of {b.gb:g} GB", "nfs-cp (libnfs)", "s",
                        *b.pairs(lambda: ours.run("put", "file", path, part_mib=16, threads=4), peer))]
    finally:
        server.stop()
