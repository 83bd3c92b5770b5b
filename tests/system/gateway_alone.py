"""A gateway by itself, with echo daemons for services and keys of its own: no PostgreSQL, no Redis.

What an echo daemon does is said by the member id, see tests/lib/echo_daemon.c.
"""
import base64
import hashlib
import hmac
import json
import re
import secrets
import signal
import socket
import subprocess
import time

import requests

from conftest import BUILD, make_folder, until

# --- P-256, as much of it as a signature needs -------------------------------------------------

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(k, point):
    total = None
    while k:
        if k & 1:
            total = add(total, point)
        point, k = add(point, point), k >> 1
    return total


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """An ES256 key."""

    def __init__(self, kid):
        self.kid, self.secret = kid, secrets.randbelow(N - 1) + 1
        self.point = multiply(self.secret, G)

    @property
    def public(self):
        x, y = (b64(c.to_bytes(32, "big")) for c in self.point)
        return {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": x, "y": y}

    def sign(self, data):
        z = int.from_bytes(hashlib.sha256(data).digest(), "big")
        k = secrets.randbelow(N - 1) + 1
        r = multiply(k, G)[0] % N
        s = pow(k, -1, N) * (z + r * self.secret) % N
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def jwt(header, claims, sign):
    head = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{head}.{b64(sign(head.encode()))}"


def hs256(secret):
    return lambda data: hmac.new(secret, data, "sha256").digest()


# --- the gateway -------------------------------------------------------------------------------

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Gateway:
    def __init__(self, **settings):
        self.dir = make_folder()
        (self.dir / "rpc").mkdir()
        self.port, self.key = free_port(), Key("test-key")
        self.daemons = {}
        self.put_keys(self.key)
        settings = {"listen": f"127.0.0.1:{self.port}", "keys": self.dir / "keys.json",
                    "sockets": self.dir / "rpc", **settings}
        text = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (self.dir / "ae.conf").write_text(f"[gateway]\n{text}")
        self.url = f"http://127.0.0.1:{self.port}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.log_file = open(self.dir / "log", "wb")
        self.process = subprocess.Popen([BUILD / "bin" / "ae-gateway", "-c", self.dir / "ae.conf"],
                                        stdin=subprocess.DEVNULL, stdout=self.log_file, stderr=self.log_file)
        until(self.answers, what="the gateway")

    def answers(self):
        assert self.process.poll() is None, self.log()
        try:
            return self.session.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def log(self):
        return (self.dir / "log").read_text(errors="replace")

    def put_keys(self, *keys):
        (self.dir / "keys.json").write_text(json.dumps({"keys": [k.public for k in keys]}))

    # --- services --------------------------------------------------------------------------

    def start(self, service, instance):
        """An echo daemon, once the gateway gives it work."""
        daemon = subprocess.Popen([BUILD / "tests" / "lib" / "echo_daemon", self.dir / "rpc", service, str(instance)],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert daemon.stdout.readline() == b"ready\n"
        self.daemons[service, instance] = daemon
        until(lambda: self.ready_instances(service).get(str(instance)), what=f"{service}-{instance}")
        return daemon

    def ready_instances(self, service):
        said = self.session.get(f"{self.url}/readyz", timeout=5).json()
        return {name: i["ready"] for name, i in said["services"][service]["instances"].items()}

    def end(self, service, instance, sig=signal.SIGKILL):
        daemon = self.daemons.pop((service, instance))
        daemon.send_signal(sig)
        daemon.wait(10)
        daemon.stdout.close()

    def close(self):
        for service, instance in list(self.daemons):
            self.daemons[service, instance].send_signal(signal.SIGCONT)
            self.end(service, instance)
        self.session.close()
        self.process.terminate()
        status = self.process.wait(20)
        self.log_file.close()
        assert status == 0, self.log()
        subprocess.run(["rm", "-rf", self.dir], check=True)

    # --- requests --------------------------------------------------------------------------

    def claims(self, *roles, subject="someone", **more):
        now = int(time.time())
        return {"iss": "ae-local", "aud": "ae", "sub": subject, "roles": list(roles), "iat": now, "exp": now + 3600, **more}

    def token(self, *roles, key=None, header=None, drop=(), **more):
        key = key or self.key
        claims = {n: v for n, v in self.claims(*roles, **more).items() if n not in drop}
        return jwt({"alg": "ES256", "typ": "at+jwt", "kid": key.kid, **(header or {})}, claims, key.sign)

    def request(self, method, path, token=None, headers=None, **more):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.session.request(method, self.url + path, headers=headers, timeout=20, **more)

    def get(self, path, token=None, **more):
        return self.request("GET", path, token, **more)

    def metric(self, name):
        """The sum of a family's samples."""
        lines = self.get("/metrics", params={"instance": "gateway"}).text.splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))

    # --- bytes -----------------------------------------------------------------------------

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def raw(self, *pieces):
        """Sends the bytes as they are and reads to the end of the connection."""
        with self.connect() as s:
            for piece in pieces:
                s.sendall(piece)
            s.shutdown(socket.SHUT_WR)
            return read_all(s)


def read_all(s):
    data = b""
    while True:
        try:
            more = s.recv(65536)
        except ConnectionResetError:
            return data
        if not more:
            return data
        data += more


def statuses(data):
    """The status of every response in the bytes; a body may end without a line end."""
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) [A-Z]", data)]
