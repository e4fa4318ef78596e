"""A throw-away CA with a good, a wrong-host and an expired certificate, for every test server that speaks TLS."""
import os
import subprocess

GOOD = "IP:127.0.0.1,DNS:localhost,DNS:*.localhost,DNS:s3.localhost,DNS:*.s3.localhost,DNS:*.oss.localhost,DNS:*.blob.localhost"


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True)


class Certificates:
    """Made in `base` at first use: ca.crt, and <name>.crt, <name>.key, <name>.pem for server, wronghost, expired."""

    def __init__(self, base):
        self.base = base
        os.makedirs(base, exist_ok=True)
        if not os.path.exists(self.path("expired.pem")):
            self._make_ca()
            self._issue("server", GOOD, 825)
            self._issue("wronghost", "DNS:other.example", 825)
            self._issue("expired", "IP:127.0.0.1,DNS:localhost", 0)

    def path(self, name):
        return os.path.join(self.base, name)

    def _make_ca(self):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650", "-subj",
                "/CN=test-ca", "-keyout", self.path("ca.key"), "-out", self.path("ca.crt"),
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def _issue(self, name, names, days):
        with open(self.path(name + ".ext"), "w", encoding="ascii") as text:
            text.write(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n"
                       "extendedKeyUsage=serverAuth\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", self.path(name + ".key"), "-out", self.path(name + ".csr"))
        openssl("x509", "-req", "-in", self.path(name + ".csr"), "-CA", self.path("ca.crt"), "-CAkey", self.path("ca.key"),
                "-CAcreateserial", "-days", str(days), "-extfile", self.path(name + ".ext"),
                "-out", self.path(name + ".crt"))
        with open(self.path(name + ".pem"), "w", encoding="ascii") as pem:
            for part in (".crt", ".key"):
                with open(self.path(name + part), encoding="ascii") as text:
                    pem.write(text.read())
