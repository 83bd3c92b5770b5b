"""A neighbour service on the nanomsg sockets: delivers events and hears them, through tests/lib/bus_client.c."""
import json
import os
import pathlib
import selectors
import subprocess
import time

from conftest import BUILD

CLIENT = BUILD / "tests" / "lib" / "bus_client"


def address(system, suffix, instance=1):
    """ipc://<sockets>/analytics-<instance>.<suffix>, with the folder as the daemons' settings say."""
    for line in (pathlib.Path(system.dir) / "ae.conf").read_text().splitlines():
        if line.startswith("sockets = "):
            return f"ipc://{line.removeprefix('sockets = ')}/analytics-{instance}.{suffix}"
    raise AssertionError("no sockets in ae.conf")


def deliver(system, body, instance=1):
    """What a neighbour is answered."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    done = subprocess.run([CLIENT, "req", address(system, "events", instance)], input=body, stdout=subprocess.PIPE, timeout=40, check=True)
    return json.loads(done.stdout)


class Subscriber:
    """Hears types; .heard are (type, event) so far."""

    def __init__(self, system, *types):
        self.process = subprocess.Popen([CLIENT, "sub", address(system, "pub"), *types],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b"ready\n"
        os.set_blocking(self.process.stdout.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.data, self.heard = b"", []

    def listen(self, until_true, deadline=20):
        end = time.monotonic() + deadline
        while not until_true():
            assert self.selector.select(max(0, end - time.monotonic())), f"heard only {self.heard}"
            more = self.process.stdout.read()
            assert more, "the subscriber ended"
            self.data += more
            self.take()
        return self.heard

    def take(self):
        while b"\n" in self.data:
            length, rest = self.data.split(b"\n", 1)
            if len(rest) < int(length):
                return
            kind, body = rest[:int(length)].split(b"\n", 1)
            self.heard.append((kind.decode(), json.loads(body)))
            self.data = rest[int(length):]

    def close(self):
        """What it still has to say is read: behind a full pipe it would never notice the end."""
        self.process.communicate(timeout=20)
        assert self.process.returncode == 0
