"""A running 'fovea serve' for scripts that measure it. Python's standard library only."""
import http.client
import re
import signal
import subprocess
import sys
import time
from urllib.parse import urlencode


class Studio:
    """A running 'fovea serve'."""

    def __init__(self, program, options):
        self.begun = time.perf_counter()
        self.process = subprocess.Popen([program, "serve", *options], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://([^:/]+):(\d+)/\?token=(\w+)", line)
        if not found:
            sys.exit(f"'fovea serve' printed no address: {line!r}")
        self.host, self.port, self.token = found[1], int(found[2]), found[3]

    def connect(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=120)

    def ask(self, connection, method, path, query=None, body=None):
        address = path + ("?" + urlencode(query) if query else "")
        connection.request(method, address, body, {"Authorization": "Bearer " + self.token})
        answer = connection.getresponse()
        return answer, answer.read()

    def memory(self):
        """Resident memory in MiB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024

    def stop(self):
        begun = time.perf_counter()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=10)
        return time.perf_counter() - begun
