"""The push drivers over real libcurl, against counterparts that check every signature and read every message.

FCM and Web Push speak HTTP/1.1 here, APNs HTTP/2 as it must. The counterparts stand on python3-cryptography and
python3-h2: nothing of ours checks itself.
"""
import base64
import contextlib
import hashlib
import http.server
import json
import os
import socket
import ssl
import struct
import subprocess
import threading
import time
import urllib.parse
import uuid

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from conftest import BUILD

ID = "01JDF0ZZZZ8QYV6W3M2K1T4R5N"
UUID = "01935e0f-ffff-45fd-b370-7414c3a260b5"
LINK = "https://example.org/m?a=1&b=2"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    assert "=" not in text and "+" not in text and "/" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def point(key):
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def claims_of(token, key):
    """Header and claims of a JWT whose signature holds; else InvalidSignature."""
    head, body, signature = token.split(".")
    raw, signed = unb64(signature), f"{head}.{body}".encode()
    header = json.loads(unb64(head))
    if isinstance(key, rsa.RSAPublicKey):
        assert header["alg"] == "RS256"
        key.verify(raw, signed, padding.PKCS1v15(), hashes.SHA256())
    else:
        assert header["alg"] == "ES256" and len(raw) == 64
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, signed, ec.ECDSA(hashes.SHA256()))
    return header, json.loads(unb64(body))


def probe(driver, settings, *messages):
    """The outcomes of messages that one driver delivers one after the other."""
    messages = [{"notification_id": ID, "title": "Well done", "text": "Ten visits", "link": LINK, **m} for m in messages]
    done = subprocess.run([BUILD / "tests" / "lib" / "push_probe", driver],
                          input=json.dumps({"settings": settings, "messages": messages}),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(messages)
    return answers


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A CA's file, and a certificate and key of localhost that it signed."""
    folder = tmp_path_factory.mktemp("authority")
    ca, key, request, certificate = (folder / n for n in ("ca.pem", "key.pem", "request.pem", "certificate.pem"))
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "ca.key", "-out", ca, "-days", "2",
            "-subj", "/CN=A CA of the tests")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", folder / "names", "-out", certificate)
    return ca, certificate, key


def tls_of(authority, protocols):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority[1], authority[2])
    context.set_alpn_protocols(protocols)
    return context


def reset(connection):
    """RST instead of an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Handler(http.server.BaseHTTPRequestHandler):
    """A POST goes to the server's on_post(path, headers, body); its script[path's last word] holds faults, each used once."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        word = self.path.rsplit("/", 1)[1]
        faults = self.server.script.get(word, [])
        fault = faults.pop(0) if faults else None
        if isinstance(fault, tuple):
            return self.say(*fault)
        if fault == "reset":
            return self.hang_up()
        answer = self.server.on_post(self.path, self.headers, body)
        if fault == "taken, then silence":
            self.server.release.wait(20)
        return self.hang_up() if fault else self.say(*answer)

    def hang_up(self):
        self.close_connection = True
        reset(self.connection)

    def say(self, status, body, headers=()):
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


class Counterpart(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.calls, self.release = {}, [], threading.Event()

    def handle_error(self, request, client_address):
        pass


@contextlib.contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


# --- FCM -----------------------------------------------------------------------------------------------------------

def fcm_error(status, word, code=None):
    details = [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}] if code else []
    return {"error": {"code": status, "message": "no", "status": word, "details": details}}


class Fcm(Counterpart):
    """Google's token endpoint and messages:send of one project."""

    def __init__(self, authority):
        super().__init__()
        self.socket = tls_of(authority, ["http/1.1"]).wrap_socket(self.socket, server_side=True,
                                                                  do_handshake_on_connect=False)
        self.base = f"https://localhost:{self.server_port}"
        self.key = rsa.generate_private_key(65537, 2048)
        self.account = {"type": "service_account", "project_id": "shop-1", "private_key_id": "key-7",
                        "private_key": pem(self.key), "client_email": "sender@shop-1.iam.gserviceaccount.com",
                        "token_uri": self.base + "/token"}
        self.tokens, self.messages, self.unregistered = set(), [], {"gone"}

    def on_post(self, path, headers, body):
        self.calls.append(path)
        return self.on_token(headers, body) if path == "/token" else self.on_send(path, headers, body)

    def on_token(self, headers, body):
        form = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert form.keys() == {"grant_type", "assertion"}
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        try:
            header, claims = claims_of(form["assertion"], self.key.public_key())
        except InvalidSignature:
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        assert header == {"typ": "JWT", "alg": "RS256", "kid": "key-7"}
        assert claims["iss"] == self.account["client_email"] and claims["aud"] == self.account["token_uri"]
        assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
        assert abs(claims["iat"] - time.time()) < 60 and claims["exp"] - claims["iat"] <= 3600
        token = f"ya29.{len(self.calls)}"
        self.tokens.add(token)
        return 200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}

    def on_send(self, path, headers, body):
        assert path == "/v1/projects/shop-1/messages:send"
        if headers["Authorization"] not in {f"Bearer {t}" for t in self.tokens}:
            return 401, fcm_error(401, "UNAUTHENTICATED")
        message = json.loads(body)["message"]
        if len(body) > 4096 or not all(isinstance(v, str) for v in message["data"].values()):
            return 400, fcm_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
        if message["token"] in self.unregistered:
            return 404, fcm_error(404, "NOT_FOUND", "UNREGISTERED")
        self.messages.append(message)
        return 200, {"name": f"projects/shop-1/messages/{len(self.messages)}"}


@pytest.fixture
def fcm(authority, tmp_path):
    with running(Fcm(authority)) as server:
        path = tmp_path / "account.json"
        path.write_text(json.dumps(server.account))
        server.settings = {"account_file": str(path), "base_url": server.base, "ca_file": str(authority[0])}
        server.send = lambda *messages, **settings: probe("fcm", {**server.settings, **settings},
                                                          *({"address": "device-1", **m} for m in messages))
        yield server


def test_fcm_message(fcm):
    (got,) = fcm.send({"text": "ü 🎉 " + "x" * 9000, "extra": {"data": {"badge": "gold", "n": 7, "from": "me"}},
                       "collapse_key": "points", "lifetime": 3600})
    assert (got["outcome"], got["provider_ref"], got["transfers"]) == ("accepted", "projects/shop-1/messages/1", 2), got
    (message,) = fcm.messages
    assert message["token"] == "device-1" and message["notification"]["title"] == "Well done"
    assert message["notification"]["body"].startswith("ü 🎉 xxx") and message["notification"]["body"].endswith("x…")
    assert message["data"] == {"notification_id": ID, "link": LINK, "category": "milestones", "badge": "gold"}
    assert message["android"]["collapse_key"] == message["android"]["notification"]["tag"] == "points"
    assert message["android"]["priority"] == "HIGH" and message["android"]["ttl"] in ("3600s", "3599s")
    assert message["apns"]["headers"]["apns-collapse-id"] == "points"


def test_fcm_token_serves_many_messages(fcm):
    answers = fcm.send(*({} for _ in range(20)))
    assert {a["outcome"] for a in answers} == {"accepted"} and fcm.calls.count("/token") == 1


def test_fcm_token_that_ended_early(fcm):
    """The second message meets a 401: a new token, and the message goes out; a third 401 in a row does not loop."""
    fcm.script["messages:send"] = [(200, {"name": "projects/shop-1/messages/0"}),
                                   (401, fcm_error(401, "UNAUTHENTICATED"))]
    answers = fcm.send({}, {}, {})
    assert [a["outcome"] for a in answers] == ["accepted"] * 3 and [a["transfers"] for a in answers] == [2, 3, 1]
    assert fcm.calls.count("/token") == 2 and len(fcm.messages) == 2
    fcm.script["messages:send"] = [(401, fcm_error(401, "UNAUTHENTICATED"))] * 2
    (got,) = fcm.send({})
    assert (got["outcome"], got["code"], got["transfers"]) == ("broken", "UNAUTHENTICATED", 4)


def test_fcm_wrong_key(fcm):
    fcm.key = rsa.generate_private_key(65537, 2048)
    (got,) = fcm.send({})
    assert (got["outcome"], got["code"], fcm.messages) == ("broken", "invalid_grant", [])


def test_fcm_device_that_is_gone(fcm):
    gone, kept = fcm.send({"address": "gone"}, {})
    assert (gone["outcome"], gone["code"], kept["outcome"]) == ("dead", "UNREGISTERED", "accepted")


@pytest.mark.parametrize("where, fault, outcome, code, wait", [
    ("messages:send", (429, fcm_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), [("Retry-After", "17")]),
     "retry", "QUOTA_EXCEEDED", 17),
    ("messages:send", (429, fcm_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")), "retry", "QUOTA_EXCEEDED", 60),
    ("messages:send", (503, fcm_error(503, "UNAVAILABLE", "UNAVAILABLE")), "retry", "UNAVAILABLE", 10),
    ("messages:send", (500, "<html>"), "retry", "http_500", 10),
    ("messages:send", (200, "<html>"), "unknown", "unreadable", 0),
    ("messages:send", (302, "", [("Location", "http://127.0.0.1:1/")]), "broken", "http_302", 0),
    ("messages:send", "reset", "unknown", "no_answer", 0),
    ("messages:send", "taken, then silence", "unknown", "no_answer", 0),
    ("token", "reset", "retry", "no_answer", 0),
    ("token", "taken, then silence", "retry", "no_answer", 0),
    ("token", (503, ""), "retry", "http_503", 10),
    ("token", (200, "x" * 200000), "retry", "unreadable", 0),
    ("token", (200, {"access_token": "a\r\nX-Other: b"}), "retry", "unreadable", 0),
])
def test_fcm_trouble(fcm, where, fault, outcome, code, wait):
    fcm.script[where] = [fault]
    (got,) = fcm.send({}, timeout_ms=1000)
    assert (got["outcome"], got["code"], got["retry_after"]) == (outcome, code, wait * 1_000_000), got


def test_fcm_stranger(fcm):
    """A server whose certificate nobody vouches for gets neither assertion nor message."""
    (got,) = fcm.send({}, ca_file="")
    assert (got["outcome"], got["code"], fcm.calls) == ("retry", "no_answer", [])


# --- APNs ----------------------------------------------------------------------------------------------------------

DEVICE = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"


class Apns:
    """Apple's end: HTTP/2 over TLS, one thread per connection. script holds faults, each used once."""

    def __init__(self, authority):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.tls = tls_of(authority, ["h2"])
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.script, self.messages, self.tokens, self.release = [], [], [], threading.Event()
        self.devices, self.connections, self.max_age, self.threads = {DEVICE: None}, [], 3600, []
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def stop(self):
        self.release.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()

    def accept(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self.serve, args=(raw,))
            self.threads.append(thread)
            thread.start()

    def serve(self, raw):
        with contextlib.suppress(OSError, h2.exceptions.ProtocolError), raw:
            sock = self.tls.wrap_socket(raw, server_side=True)
            sock.settimeout(30)
            assert sock.selected_alpn_protocol() == "h2"
            self.connections.append(sock)
            Conversation(self, sock).run()

    def answer(self, headers, body):
        """Status and reason of a request, as Apple's documentation has it."""
        scheme, _, token = headers["authorization"].partition(" ")
        assert scheme == "bearer"
        try:
            header, claims = claims_of(token, self.key.public_key())
        except InvalidSignature:
            return 403, {"reason": "InvalidProviderToken"}
        assert header == {"typ": "JWT", "alg": "ES256", "kid": "ABC123DEFG"} and claims["iss"] == "DEF123GHIJ"
        self.tokens.append(token)
        if abs(time.time() - claims["iat"]) > self.max_age:
            return 403, {"reason": "ExpiredProviderToken"}
        assert headers[":method"] == "POST" and headers[":path"].startswith("/3/device/")
        assert headers["apns-push-type"] == "alert" and headers["apns-priority"] in ("10", "5")
        assert len(headers["apns-collapse-id"]) <= 64 and int(headers["apns-expiration"]) >= time.time() - 1
        if headers["apns-topic"] != "com.example.shop":
            return 400, {"reason": "TopicDisallowed"}
        if len(body) > 4096:
            return 413, {"reason": "PayloadTooLarge"}
        device = headers[":path"].removeprefix("/3/device/")
        if device not in self.devices:
            return 400, {"reason": "BadDeviceToken"}
        if self.devices[device]:
            return 410, {"reason": "Unregistered", "timestamp": self.devices[device]}
        self.messages.append((headers, json.loads(body)))
        return 200, None


class Conversation:
    """One connection: requests as they end, answers as the script wants them."""

    def __init__(self, apns, sock):
        self.apns, self.sock, self.streams = apns, sock, {}
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))

    def run(self):
        self.h2.initiate_connection()
        self.sock.sendall(self.h2.data_to_send())
        while data := self.sock.recv(65536):
            for event in self.h2.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    self.streams[event.stream_id] = (dict(event.headers), bytearray())
                elif isinstance(event, h2.events.DataReceived):
                    self.streams[event.stream_id][1].extend(event.data)
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded) and not self.ended(event.stream_id):
                    return
            self.sock.sendall(self.h2.data_to_send())

    def ended(self, stream):
        fault = self.apns.script.pop(0) if self.apns.script else None
        headers, body = self.streams.pop(stream)
        more = []
        if isinstance(fault, tuple):
            status, reply, more = (*fault, [])[:3]
        elif fault == "reset":
            reset(self.sock)
            return False
        elif fault == "refuse":
            self.h2.reset_stream(stream, error_code=7)  # REFUSED_STREAM: nothing was done
            return True
        else:
            status, reply = self.apns.answer(headers, bytes(body))
        if fault == "taken, then silence":
            self.apns.release.wait(20)
            return False
        if fault == "taken, then reset":
            reset(self.sock)
            return False
        raw = json.dumps(reply).encode() if reply else b""
        self.h2.send_headers(stream, [(":status", str(status)), ("apns-id", headers["apns-id"]), *more], end_stream=not raw)
        if raw:
            self.h2.send_data(stream, raw, end_stream=True)
        if fault == "answer, then go away":
            self.h2.close_connection()
            self.sock.sendall(self.h2.data_to_send())
            self.sock.close()
            return False
        return True


@pytest.fixture
def apns(authority, tmp_path):
    server = Apns(authority)
    try:
        path = tmp_path / "key.p8"
        path.write_text(pem(server.key))
        server.settings = {"key_file": str(path), "key_id": "ABC123DEFG", "team_id": "DEF123GHIJ", "topic": "com.example.shop",
                           "base_url": f"https://localhost:{server.port}", "ca_file": str(authority[0])}
        server.send = lambda *messages, **settings: probe("apns", {**server.settings, **settings},
                                                          *({"address": DEVICE, **m} for m in messages))
        yield server
    finally:
        server.stop()


def test_apns_message(apns):
    got, again = apns.send({"text": "ü 🎉 " + "x" * 9000, "extra": {"data": {"badge": "gold", "n": 7}}, "lifetime": 3600},
                           {"attempt": 2, "priority": 3, "collapse_key": "k" * 80})
    assert (got["outcome"], got["provider_ref"], again["provider_ref"]) == ("accepted", UUID, UUID), got
    (headers, body), (repeated, _) = apns.messages
    assert headers["apns-id"] == repeated["apns-id"] == UUID == str(uuid.UUID(UUID))
    assert headers["apns-collapse-id"] == ID and abs(int(headers["apns-expiration"]) - time.time() - 3600) < 60
    assert (headers["apns-priority"], repeated["apns-priority"]) == ("10", "5")
    assert repeated["apns-collapse-id"] == hashlib.sha256(b"k" * 80).hexdigest()
    assert body["aps"]["alert"]["title"] == "Well done" and body["aps"]["alert"]["body"].endswith("x…")
    assert (body["notification_id"], body["link"], body["data"]) == (ID, LINK, {"badge": "gold"})


def test_apns_one_connection_and_one_token(apns):
    answers = apns.send(*({} for _ in range(30)))
    assert {a["outcome"] for a in answers} == {"accepted"}
    assert len(apns.connections) == 1 and len(set(apns.tokens)) == 1 and len(apns.tokens) == 30


def test_apns_token_that_expired(apns):
    """It was made 30 minutes ago, and this Apple takes 20: one renewal, and the message goes out."""
    apns.max_age = 1200
    (got,) = apns.send({"age": 1800})
    assert (got["outcome"], got["transfers"], len(set(apns.tokens)), len(apns.messages)) == ("accepted", 2, 2, 1), got


def test_apns_token_that_is_fresh_is_not_renewed(apns):
    apns.script = [(403, {"reason": "ExpiredProviderToken"})]
    (got,) = apns.send({})
    assert (got["outcome"], got["code"], got["transfers"]) == ("broken", "ExpiredProviderToken", 1)


def test_apns_wrong_key_and_topic(apns):
    (got,) = apns.send({}, topic="com.example.other")
    assert (got["outcome"], got["code"]) == ("broken", "TopicDisallowed")
    apns.key = ec.generate_private_key(ec.SECP256R1())
    (got,) = apns.send({})
    assert (got["outcome"], got["code"]) == ("broken", "InvalidProviderToken")


def test_apns_devices(apns):
    apns.devices["ab" * 32] = 1794700000000
    gone, never, kept = apns.send({"address": "ab" * 32}, {"address": "cd" * 32}, {})
    assert (gone["outcome"], gone["code"]) == ("dead", "Unregistered") and "2026-11-14T23:46:40Z" in gone["detail"]
    assert (never["outcome"], never["code"], kept["outcome"]) == ("dead", "BadDeviceToken", "accepted")


@pytest.mark.parametrize("fault, outcome, code, wait", [
    ((429, {"reason": "TooManyRequests"}, [("retry-after", "12")]), "retry", "TooManyRequests", 12),
    ((500, {"reason": "InternalServerError"}), "retry", "InternalServerError", 0),
    ((503, {"reason": "Shutdown"}), "retry", "Shutdown", 0),
    ((413, {"reason": "PayloadTooLarge"}), "refused", "PayloadTooLarge", 0),
    ((400, {"reason": "BadMessageId"}), "refused", "BadMessageId", 0),
    ("reset", "unknown", "no_answer", 0),
    ("taken, then reset", "unknown", "no_answer", 0),
    ("taken, then silence", "unknown", "no_answer", 0),
])
def test_apns_trouble(apns, fault, outcome, code, wait):
    apns.script = [fault]
    (got,) = apns.send({}, timeout_ms=1000)
    assert (got["outcome"], got["code"], got["retry_after"]) == (outcome, code, wait * 1_000_000), got


@pytest.mark.parametrize("fault", ["answer, then go away", "refuse"])
def test_apns_goes_on_after(apns, fault):
    """A connection that ends between two messages, or a stream that is refused, harms no later message."""
    apns.script = [None, fault]
    answers = apns.send({}, {}, {}, {})
    assert [a["outcome"] for a in answers if a["outcome"] != "accepted"] in ([], ["unknown"])
    assert len(apns.messages) == sum(a["outcome"] == "accepted" for a in answers) >= 3


def test_apns_without_http2(authority, fcm, apns):
    """A server that speaks HTTP/1.1 only is not Apple; it says what it likes and nothing breaks."""
    (got,) = apns.send({}, base_url=fcm.base)
    assert got["outcome"] != "accepted" and fcm.messages == []


# --- Web Push ------------------------------------------------------------------------------------------------------

class Browser:
    """A subscription, and the receiving half of RFC 8291."""

    def __init__(self, endpoint):
        self.key, self.auth = ec.generate_private_key(ec.SECP256R1()), hashlib.sha256(endpoint.encode()).digest()[:16]
        self.subscription = {"endpoint": endpoint, "expirationTime": None,
                             "keys": {"p256dh": b64(point(self.key)), "auth": b64(self.auth)}}

    def decrypt(self, body):
        salt, size, id_length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21:21 + id_length], body[21 + id_length:]
        assert id_length == 65 and len(record) <= size <= 4096 and len(body) <= 4096
        secret = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))

        def derive(from_salt, secret, info, length):
            return HKDF(hashes.SHA256(), length, from_salt, info).derive(secret)

        ikm = derive(self.auth, secret, b"WebPush: info\0" + point(self.key) + sender, 32)
        key = derive(salt, ikm, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derive(salt, ikm, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, record, None)
        assert plain.endswith(b"\x02")
        return json.loads(plain[:-1])


class PushService(Counterpart):
    def __init__(self):
        super().__init__()
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.browsers = {n: Browser(f"{self.base}/push/{n}") for n in ("ada", "bob")}
        self.messages, self.bodies = [], []

    def on_post(self, path, headers, body):
        self.calls.append(path)
        browser = self.browsers.get(path.removeprefix("/push/"))
        if browser is None:
            return 410, "gone"
        scheme, _, rest = headers["Authorization"].partition(" ")
        values = dict(p.strip().split("=", 1) for p in rest.split(","))
        assert scheme == "vapid" and values.keys() == {"t", "k"}
        if unb64(values["k"]) != point(self.key):
            return 403, "another key subscribed"
        _, claims = claims_of(values["t"], self.key.public_key())
        assert claims["aud"] == self.base and claims["sub"] == "mailto:ops@example.org"
        assert 0 < claims["exp"] - time.time() <= 24 * 3600
        assert headers["Content-Encoding"] == "aes128gcm" and int(headers["TTL"]) >= 0
        self.bodies.append(body)
        self.messages.append((headers, browser.decrypt(body), values["t"]))
        return 201, "", [("Location", f"{self.base}/m/{len(self.messages)}")]


@pytest.fixture
def service(tmp_path):
    with running(PushService()) as server:
        path = tmp_path / "vapid.pem"
        path.write_text(pem(server.key))
        server.settings = {"key_file": str(path), "subject": "mailto:ops@example.org", "plain": True}

        def send(*messages, **settings):
            ada = json.dumps(server.browsers["ada"].subscription)
            return probe("webpush", {**server.settings, **settings}, *({"address": ada, **m} for m in messages))

        server.send = send
        yield server


def test_webpush_messages_are_read_by_the_browser_alone(service):
    bob = json.dumps(service.browsers["bob"].subscription)
    answers = service.send({"extra": {"data": {"badge": "gold", "n": 7}}, "lifetime": 60},
                           {"text": "ü 🎉 " + "x" * 9000, "priority": 3, "collapse_key": "points"}, {"address": bob})
    assert [a["outcome"] for a in answers] == ["accepted"] * 3, answers
    (first, plain, token), (second, long, again), _ = service.messages
    assert plain == {"title": "Well done", "body": "Ten visits", "link": LINK, "notification_id": ID, "data": {"badge": "gold"}}
    assert int(first["TTL"]) in (59, 60) and first["Urgency"] == "high" and second["Urgency"] == "low"
    assert second["Topic"] == b64(hashlib.sha256(b"points").digest())[:32] != first["Topic"]
    assert long["body"].startswith("ü 🎉 xxx") and long["body"].endswith("x…") and len(service.bodies[1]) == 4096
    assert token == again, "one token serves a push service for hours"
    assert len({body[:16] for body in service.bodies}) == len({body[21:86] for body in service.bodies}) == 3
    with pytest.raises(Exception):
        service.browsers["bob"].decrypt(service.bodies[0])


def test_webpush_subscriptions_that_are_none(service):
    good = service.browsers["ada"].subscription
    off = bytearray(unb64(good["keys"]["p256dh"]))
    off[-1] ^= 1
    bad = [{**good, "keys": {**good["keys"], "p256dh": b64(bytes(off))}}, {**good, "keys": {}}, {**good, "endpoint": None},
           {**good, "endpoint": "https://127.0.0.1/"}, {**good, "endpoint": f"https://localhost:{service.server_port}/"},
           {**good, "endpoint": "http://example.org/"}, {**good, "endpoint": service.base + "/a\r\nX: y"}, [], "x"]
    answers = service.send(*({"address": json.dumps(b)} for b in bad), {"address": "{"}, {"address": ""})
    assert {(a["outcome"], a["transfers"]) for a in answers} == {("dead", 0)}, answers
    assert {a["code"] for a in answers} == {"bad_key", "bad_subscription", "bad_endpoint"} and service.calls == []
    (got,) = service.send({}, plain=False)
    assert (got["outcome"], got["code"], service.calls) == ("dead", "bad_endpoint", [])


def test_webpush_another_key(service, tmp_path):
    (tmp_path / "other.pem").write_text(pem(ec.generate_private_key(ec.SECP256R1())))
    (got,) = service.send({}, key_file=str(tmp_path / "other.pem"))
    assert (got["outcome"], got["code"]) == ("broken", "http_403")


@pytest.mark.parametrize("fault, outcome, code, wait", [
    ((404, ""), "dead", "http_404", 0), ((410, ""), "dead", "http_410", 0), ((413, ""), "refused", "http_413", 0),
    ((429, "", [("Retry-After", "30")]), "retry", "http_429", 30), ((503, ""), "retry", "http_503", 0),
    ((400, ""), "broken", "http_400", 0), ((302, "", [("Location", "http://127.0.0.1:1/")]), "broken", "http_302", 0),
    ("reset", "unknown", "no_answer", 0), ("taken, then silence", "unknown", "no_answer", 0),
])
def test_webpush_trouble(service, fault, outcome, code, wait):
    service.script["ada"] = [fault]
    (got,) = service.send({}, timeout_ms=1000)
    assert (got["outcome"], got["code"], got["retry_after"]) == (outcome, code, wait * 1_000_000), got


class SecurePushService(PushService):
    """The same over TLS, under a certificate of the tests' CA."""

    def __init__(self, authority):
        super().__init__()
        self.socket = tls_of(authority, ["http/1.1"]).wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.base = f"https://localhost:{self.server_port}"
        self.browsers = {"ada": Browser(f"{self.base}/push/ada")}


def test_webpush_over_tls(authority, tmp_path):
    """On this machine only where the setting names it, and only if its certificate is good."""
    (tmp_path / "vapid.pem").write_text(pem(key := ec.generate_private_key(ec.SECP256R1())))
    with running(SecurePushService(authority)) as service, running(SecurePushService(authority)) as other:
        service.key = other.key = key
        settings = {"key_file": str(tmp_path / "vapid.pem"), "subject": "mailto:ops@example.org", "plain": True, "ca_file": str(authority[0]),
                    "local": f"localhost:{service.server_port}"}
        ada = {"address": json.dumps(service.browsers["ada"].subscription)}
        elsewhere = {"address": json.dumps(other.browsers["ada"].subscription)}
        good, refused = probe("webpush", settings, ada, elsewhere)
        assert good["outcome"] == "accepted" and service.messages[0][1]["title"] == "Well done", good
        assert (refused["outcome"], refused["code"], refused["transfers"]) == ("dead", "bad_endpoint", 0) and other.calls == []
        for wrong in ({"ca_file": ""}, {"local": f"127.0.0.2:{service.server_port}"}):
            (got,) = probe("webpush", {**settings, **wrong}, ada)
            assert got["outcome"] != "accepted", got
        for wrong in ({"local": "push.example.org:443"}, {"plain": False}):
            with pytest.raises(AssertionError, match="push_local"):
                probe("webpush", {**settings, **wrong}, ada)
        assert len(service.messages) == 1


def test_webpush_messages_are_read_by_http_ece(service, oracles):
    """What we encrypted, decrypted by an implementation that is neither ours nor the tests'."""
    answers = service.send({}, {"text": "ü 🎉 " + "x" * 9000}, {"text": ""})
    assert [a["outcome"] for a in answers] == ["accepted"] * 3
    ada = service.browsers["ada"]
    secret = ada.key.private_numbers().private_value.to_bytes(32, "big")
    for body, (_, plain, _) in zip(service.bodies, service.messages):
        given = {"body": b64(body), "key": b64(secret), "auth": b64(ada.auth)}
        done = subprocess.run(["node", oracles / "decrypt.js"], input=json.dumps(given), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        assert done.returncode == 0 and json.loads(done.stdout) == plain, done.stderr
        given["auth"] = b64(os.urandom(16))
        assert subprocess.run(["node", oracles / "decrypt.js"], input=json.dumps(given), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60).returncode != 0
