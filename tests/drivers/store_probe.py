"""store_probe.cc from Python: a destination through the host's stack."""
import json
import subprocess


class StoreProbe:
    def __init__(self, case, uri, attempts=8):
        self.process = subprocess.Popen([f"{case.build}/bin/store_probe", f"{case.build}/drivers", uri, str(attempts)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        case.at_end(self.stop)

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __call__(self, op, **words):
        self.process.stdin.write(json.dumps({"op": op, **words}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"store_probe ended with {self.process.wait()}")
        return json.loads(line)

    def well(self, op, **words):
        answer = self(op, **words)
        if not answer["ok"]:
            raise AssertionError(f"{op} {words}: {answer}")
        return answer
