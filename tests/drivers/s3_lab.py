"""Ceph's RADOS Gateway, boto3 and the driver under test, for the S3 cases of this folder."""
import os
import socket
import ssl
import threading

import boto3
from botocore.config import Config

from ceph_rgw import CephRgw
from driver_abi import Driver, DriverError

BUCKET = "seabed"
LEAKING = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "SSL_CERT_DIR", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
           "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")


class S3Lab:
    """facts: where the gateway is and who may ask. The bucket is there."""

    def __init__(self, case, bucket=BUCKET, gigabytes=4):
        for name in LEAKING:
            os.environ.pop(name, None)
        self.case, self.bucket = case, bucket
        self.driver = Driver(f"{case.build}/drivers/seabed_s3.so")
        self.server = CephRgw(f"{case.base}/rgw")
        self.facts = self.server.start(gigabytes)
        case.at_end(self.server.stop)
        self.boto = self.client()
        self.boto.create_bucket(Bucket=bucket)

    def client(self):
        return boto3.client("s3", endpoint_url=self.facts["endpoint"], aws_access_key_id=self.facts["access_id"],
                            aws_secret_access_key=self.facts["access_key"], region_name="us-east-1",
                            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))

    def attributes(self, port=None, **more):
        """Attributes of a destination over plain http; None leaves one out."""
        out = {"host": f"http://s3.localhost:{port or self.facts['port']}", "access_id": self.facts["access_id"],
               "access_key": self.facts["access_key"], **more}
        return {k: v for k, v in out.items() if v is not None}

    def uri(self, path, scheme="s3", **how):
        return f"{scheme}://{self.bucket}/{path}?" + "&".join(f"{k}={v}" for k, v in self.attributes(**how).items())

    def open(self, path="a/b", scheme="s3", bucket=None, **how):
        store = self.driver.open(f"{scheme}://{bucket or self.bucket}/{path}", **self.attributes(**how))
        self.case.at_end(store.close)
        return store

    def keys(self, prefix=""):
        pages = self.boto.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [o["Key"] for page in pages for o in page.get("Contents", [])]

    def body(self, key):
        return self.boto.get_object(Bucket=self.bucket, Key=key)["Body"].read()


def refused(call, *arguments, **more):
    """The DriverError of a call that must fail."""
    try:
        answer = call(*arguments, **more)
    except DriverError as error:
        return error
    raise AssertionError(f"{call.__name__}{arguments} was not refused: {answer!r}")


class TlsFront:
    """Speaks TLS with a certificate of ours and passes the bytes on to a port of 127.0.0.1."""

    def __init__(self, pem, target_port):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pem)
        self.target_port = target_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def stop(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            with self.context.wrap_socket(client, server_side=True) as inside, \
                    socket.create_connection(("127.0.0.1", self.target_port)) as outside:
                back = threading.Thread(target=self.copy, args=(outside, inside), daemon=True)
                back.start()
                self.copy(inside, outside)
                back.join()
        except OSError:
            client.close()

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(1 << 16):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
