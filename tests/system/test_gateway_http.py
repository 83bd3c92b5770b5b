"""The gateway's door: what it takes, what it refuses, and how it says so."""
import concurrent.futures
import gzip
import json
import os
import signal
import time

import pytest

from conftest import until
from gateway_alone import Gateway, Key, hs256, jwt, read_all, statuses

HOST = b"Host: x\r\n"
PROBLEM = {"type", "title", "status", "detail", "code", "request_id"}


@pytest.fixture(scope="module")
def gate():
    g = Gateway(header_timeout="700ms", idle_timeout="2s")
    g.start("analytics", 1)
    yield g
    g.close()


def problem(reply, status):
    """The problem document of a reply, checked for its shape."""
    assert reply.status_code == status, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    document = reply.json()
    assert PROBLEM <= set(document)
    assert document["status"] == status
    assert document["request_id"] == reply.headers["X-Request-Id"]
    return document


def raw_problem(data, status):
    assert statuses(data)[-1] == status, data
    head, body = data.rsplit(b"\r\n\r\n", 1)
    assert b"Connection: close" in head and b"application/problem+json" in head
    return json.loads(body)


MALFORMED = [
    (b"GARBAGE\r\n\r\n", 400, "no request line"),
    (b"\r\n\r\n", 400, "an empty request line"),
    (b"GET /healthz\r\n\r\n", 400, "HTTP/0.9"),
    (b"GET /healthz HTTP/2.0\r\n" + HOST + b"\r\n", 400, "a version we do not speak"),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "the HTTP/2 preface"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, 400, "a TLS hello"),
    (b"GET /healthz HTTP/1.1\r\n\r\n", 400, "no Host"),
    (b"GET /healthz HTTP/1.1\r\n" + HOST * 2 + b"\r\n", 400, "two Hosts"),
    (b"GET http://x/healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400, "absolute form"),
    (b"GET //x/healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400, "an authority in the path"),
    (b"GET /heal\x01thz HTTP/1.1\r\n" + HOST + b"\r\n", 400, "a control byte in the target"),
    (b"GET /heal\xffthz HTTP/1.1\r\n" + HOST + b"\r\n", 400, "a raw byte in the target"),
    (b"GET  /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400, "two spaces"),
    (b"GET /healthz HTTP/1.1\n" + HOST + b"\n", 400, "bare line feeds"),
    (b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n", 400, "a space before the colon"),
    (b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n", 400, "a folded header"),
    (b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: b\0c\r\n\r\n", 400, "NUL in a value"),
    (b"GET /healthz HTTP/1.1\r\n" + HOST + b"A b\r\n\r\n", 400, "a header without a colon"),
    (b"GET /healthz HTTP/1.1\r\n" + HOST + b": b\r\n\r\n", 400, "a header without a name"),
    (b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: b\rc\r\n\r\n", 400, "a lone carriage return"),
    (b"BREW /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 501, "an unknown method"),
    (b"GET /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc", 400, "GET with a body"),
    (b"POST /events HTTP/1.1\r\n" + HOST + b"\r\n", 400, "no length at all"),
    (b"POST /events HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\nabc", 400, "+3"),
    (b"POST /events HTTP/1.1\r\n" + HOST + b"Content-Length: -3\r\n\r\nabc", 400, "-3"),
    (b"POST /events HTTP/1.1\r\n" + HOST + b"Content-Length: 3, 3\r\n\r\nabc", 400, "a list of lengths"),
    (b"POST /events HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, "two lengths"),
    (b"POST /events HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
     "length and chunked"),
    (b"POST /events HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400, "xchunked"),
    (b"POST /events HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, "a coding too many"),
    (b"POST /events HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "chunked in HTTP/1.0"),
    (b"POST /events HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999\r\n\r\n", 400, "an absurd length"),
    (b"POST /events HTTP/1.1\r\n" + HOST + b"Expect: miracles\r\nContent-Length: 1\r\n\r\na", 400, "an odd expectation"),
    (b"GET /healthz HTTP/1.1\r\n" + HOST + b"".join(b"A%d: b\r\n" % i for i in range(200)) + b"\r\n", 431, "200 headers"),
    (b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: " + b"b" * 20000 + b"\r\n\r\n", 431, "a header of 20 kB"),
    (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431, "a target of 20 kB"),
]


@pytest.mark.parametrize("request_bytes,status,why", MALFORMED, ids=[m[2] for m in MALFORMED])
def test_malformed_requests_are_refused_by_name(gate, request_bytes, status, why):
    document = raw_problem(gate.raw(request_bytes), status)
    assert document["detail"], why
    assert gate.answers()


def test_a_malformed_request_is_refused_byte_by_byte_too(gate):
    """However the bytes are cut, the verdict is the same, and nothing behind it is served."""
    smuggled = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    request = b"POST /events HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\nContent-Length: 36\r\n\r\n" + smuggled
    with gate.connect() as s:
        for i in range(len(request)):
            try:
                s.send(request[i:i + 1])
            except OSError:
                break
        assert statuses(read_all(s)) == [400]


def chunked(token, *lines):
    head = b"POST /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head % token.encode() + b"".join(lines)


CHUNKED = [
    ([b"3\r\nabc\r\n", b"0\r\n\r\n"], 200, "a good one"),
    ([b"1\r\na\r\n", b"0A\r\n0123456789\r\n", b"0\r\n\r\n"], 200, "leading zero, upper case"),
    ([b"x\r\nabc\r\n", b"0\r\n\r\n"], 400, "no number"),
    ([b"+3\r\nabc\r\n", b"0\r\n\r\n"], 400, "a sign"),
    ([b"0x3\r\nabc\r\n", b"0\r\n\r\n"], 400, "0x"),
    ([b"3;a=b\r\nabc\r\n", b"0\r\n\r\n"], 400, "an extension"),
    ([b"3\nabc\r\n", b"0\r\n\r\n"], 400, "a bare line feed"),
    ([b"3\r\nabcd\r\n", b"0\r\n\r\n"], 400, "more than it said"),
    ([b"3\r\nabc\r\n", b"0\r\nX: y\r\n\r\n"], 400, "a trailer"),
    ([b"ffffffffffff\r\nabc"], 400, "too many digits"),
    ([b"7fffffff\r\nabc"], 413, "larger than the operation takes"),
]


@pytest.mark.parametrize("lines,status,why", CHUNKED, ids=[c[2] for c in CHUNKED])
def test_chunked_bodies(gate, lines, status, why):
    assert statuses(gate.raw(chunked(gate.token("service"), *lines)))[-1] == status


def test_a_body_larger_than_the_operation_takes_is_refused_before_it_comes(gate):
    head = b"POST /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 8388609\r\n\r\n"
    with gate.connect() as s:
        s.sendall(head % gate.token("service").encode())
        raw_problem(read_all(s), 413)


def test_a_body_without_a_token_is_refused_before_it_comes(gate):
    with gate.connect() as s:
        s.sendall(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n")
        document = raw_problem(read_all(s), 401)
    assert document["code"] == "UNAUTHENTICATED"


def test_the_largest_body_arrives_whole(gate):
    body = os.urandom(8388608)
    reply = gate.request("POST", "/events", gate.token("service"), data=body)
    assert reply.status_code == 200


def test_expect_100_continue(gate):
    head = (b"POST /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 3\r\n"
            b"Expect: 100-continue\r\n\r\n") % gate.token("service").encode()
    with gate.connect() as s:
        s.sendall(head)
        assert s.recv(100).startswith(b"HTTP/1.1 100")
        s.sendall(b"abc")
        assert s.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("start", [b"GET /healthz HT", b"POST /events HTTP/1.1\r\nHost: x\r\nA: ",
                                   b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\n\r\n"])
def test_a_client_that_sends_a_byte_now_and_then_is_shown_the_door(gate, start):
    with gate.connect() as s:
        s.sendall(start)
        s.settimeout(0.1)
        began, data = time.monotonic(), b""
        while time.monotonic() - began < 8:
            try:
                s.send(b"a")
                more = s.recv(65536)
                if not more:
                    break
                data += more
            except TimeoutError:
                continue
            except OSError:
                break
        assert time.monotonic() - began < 5
        assert statuses(data) == [408]


def test_an_idle_connection_is_closed(gate):
    with gate.connect() as s:
        began = time.monotonic()
        assert s.recv(10) == b""
        assert 1 < time.monotonic() - began < 5


def test_pipelined_requests_are_answered_in_order(gate):
    head = b"GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + gate.token("service").encode() + b"\r\n\r\n"
    paths = [b"/healthz", b"/analytics/sleep-50/dashboard", b"/nowhere", b"/analytics/status-418/dashboard", b"/healthz"]
    data = gate.raw(b"".join(head % p for p in paths))
    assert statuses(data) == [200, 200, 404, 418, 200]


def test_a_pipelined_request_that_is_malformed_ends_the_connection(gate):
    good = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    bad = b"GET /healthz HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n"
    assert statuses(gate.raw(good + bad + good)) == [200, 400]


def test_a_client_that_leaves_in_the_middle_harms_nobody(gate):
    token = gate.token("service").encode()
    for path in (b"sleep-300", b"big-3000000"):
        for _ in range(5):
            with gate.connect() as s:
                s.sendall(b"GET /analytics/%s/dashboard HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                          % (path, token))
    assert gate.answers()


def test_too_many_connections_are_told_so():
    g = Gateway(connections=4)
    open_ones = [g.connect() for _ in range(8)]
    try:
        assert statuses(read_all(open_ones[-1])) == [503]
    finally:
        for s in open_ones:
            s.close()
        until(g.answers, what="room for one more")
        g.close()


def test_http_1_0_and_connection_close(gate):
    assert statuses(gate.raw(b"GET /healthz HTTP/1.0\r\n\r\n" * 2)) == [200]
    data = gate.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert statuses(data) == [200]


# --- routes ------------------------------------------------------------------------------------

def test_unknown_paths_are_404(gate):
    for path in ("/", "/nowhere", "/analytics", "/analytics/m/dashboard/x", "/analytics//dashboard", "/healthz/"):
        assert problem(gate.get(path), 404)["instance"] == path


def test_a_wrong_method_is_405_and_told_the_right_ones(gate):
    reply = gate.request("DELETE", "/analytics/m/dashboard")
    problem(reply, 405)
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    reply = gate.request("POST", "/notifications/m/preferences", data=b"{}")
    problem(reply, 405)
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "PUT", "PATCH", "OPTIONS"}


def test_options_tells_the_methods(gate):
    reply = gate.request("OPTIONS", "/events")
    assert reply.status_code == 204 and reply.headers["Allow"] == "POST, OPTIONS" and reply.content == b""


def test_head_is_get_without_the_body(gate):
    for path in ("/healthz", "/openapi.json", "/analytics/m/dashboard"):
        token = gate.token("service")
        get, head = gate.get(path, token), gate.request("HEAD", path, token)
        assert head.status_code == 200 and head.content == b""
        assert head.headers["Content-Type"] == get.headers["Content-Type"]
        if path != "/analytics/m/dashboard":
            assert head.headers["Content-Length"] == get.headers["Content-Length"]
    assert gate.answers()


def test_parameters_are_decoded_once(gate):
    said = gate.get("/analytics/a%2Fb%2541/dashboard?from=2026%2D01-01&compare=a+b%2B&currency=", gate.token("admin")).json()
    assert said["path.member_id"] == "a/b%41"
    assert said["query.from"] == "2026-01-01"
    assert said["query.compare"] == "a b+"
    assert said["query.currency"] == ""


@pytest.mark.parametrize("path,status", [("/analytics/%zz/dashboard", 400), ("/analytics/%00/dashboard", 400),
                                         ("/analytics/%ff/dashboard", 400), ("/analytics/m/dashboard?a=%", 400),
                                         ("/analytics/m/dashboard?a=%0a", 400),
                                         ("/analytics/m/dashboard?period=a&period=b", 400),
                                         ("/analytics/m/dashboard?peri%6fd=a&period=b", 400),
                                         ("/analytics/m/dashboard?" + "&".join(f"a{i}=1" for i in range(99)), 400)])
def test_broken_parameters(gate, path, status):
    reply = gate.raw(b"GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                     % (path.encode(), gate.token("admin").encode()))
    assert statuses(reply) == [status]


# --- tokens and roles --------------------------------------------------------------------------

def refused(gate, token):
    reply = gate.get("/analytics/m/dashboard", token)
    document = problem(reply, 401)
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    return document["detail"]


def test_no_token(gate):
    reply = gate.get("/analytics/m/dashboard")
    problem(reply, 401)
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="ae"'
    problem(gate.get("/analytics/m/dashboard", headers={"Authorization": "Basic YTpi"}), 401)


def test_tokens_whose_claims_do_not_hold(gate):
    now = int(time.time())
    assert "expired" in refused(gate, gate.token("admin", exp=now - 61))
    assert "not valid yet" in refused(gate, gate.token("admin", nbf=now + 90))
    assert "not valid yet" in refused(gate, gate.token("admin", iat=now + 90))
    assert "audience" in refused(gate, gate.token("admin", aud="another"))
    assert "issuer" in refused(gate, gate.token("admin", iss="another"))
    assert "exp" in refused(gate, gate.token("admin", drop=["exp"]))
    assert "exp" in refused(gate, gate.token("admin", exp="tomorrow"))
    assert "roles" in refused(gate, gate.token("admin", drop=["roles"]))
    assert "roles" in refused(gate, gate.token("admin", roles="admin"))
    assert "subject" in refused(gate, gate.token("admin", drop=["sub"]))
    assert "subject" in refused(gate, gate.token("admin", subject="a b\n"))


def test_a_minute_of_leeway(gate):
    now = int(time.time())
    for token in (gate.token("admin", exp=now - 30), gate.token("admin", nbf=now + 30), gate.token("admin", aud=["x", "ae"]),
                  gate.token("admin", header={"typ": "JWT"})):
        assert gate.get("/analytics/m/dashboard", token).status_code == 200


def test_forged_tokens(gate):
    header = {"alg": "ES256", "typ": "at+jwt", "kid": gate.key.kid}
    claims = gate.claims("admin")
    public = json.dumps(gate.key.public).encode()
    stranger = Key("stranger")
    assert "algorithm" in refused(gate, jwt({**header, "alg": "none"}, claims, lambda data: b""). rstrip(".") + ".AA")
    assert "cannot be read" in refused(gate, jwt({**header, "alg": "none"}, claims, lambda data: b""))
    assert "algorithm" in refused(gate, jwt({**header, "alg": "HS256"}, claims, hs256(public)))
    assert "algorithm" in refused(gate, jwt({**header, "alg": "RS256"}, claims, gate.key.sign))
    assert "key is not known" in refused(gate, gate.token("admin", key=stranger))
    assert "signature" in refused(gate, gate.token("admin", key=stranger, header={"kid": gate.key.kid}))
    assert "key" in refused(gate, jwt({"alg": "ES256", "typ": "JWT"}, claims, gate.key.sign))
    assert "type" in refused(gate, gate.token("admin", header={"typ": "dpop+jwt"}))
    for name, value in {"jwk": stranger.public, "jku": "http://x", "x5u": "http://x", "crit": ["exp"]}.items():
        assert "header" in refused(gate, gate.token("admin", header={name: value}))
    for garbage in ("a", "a.b", "a.b.c", "...", "a.b.c.d", "é" * 10):
        refused(gate, garbage.encode("utf-8").decode("latin-1"))


def test_a_tampered_token(gate):
    head, claims, signature = gate.token("member", subject="m1").split(".")
    other = gate.token("admin", subject="m1").split(".")[1]
    assert "signature" in refused(gate, f"{head}.{other}.{signature}")
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    assert "signature" in refused(gate, f"{head}.{claims}.{flipped}")


def test_a_huge_token(gate):
    assert "8 KiB" in refused(gate, gate.token("admin", padding="x" * 8000))


def test_a_token_is_forgotten_when_the_keys_change(gate):
    old, new = gate.key, Key("new-key")
    token = gate.token("admin")
    assert gate.get("/analytics/m/dashboard", token).status_code == 200
    gate.put_keys(new)
    try:
        until(lambda: gate.get("/analytics/m/dashboard", token).status_code == 401, what="the old key's end")
        assert gate.get("/analytics/m/dashboard", gate.token("admin", key=new)).status_code == 200
        (gate.dir / "keys.json").write_text("{broken")
        gate.process.send_signal(signal.SIGHUP)
        until(lambda: "the old ones stay" in gate.log(), what="the complaint")
        assert gate.get("/analytics/m/dashboard", gate.token("admin", key=new)).status_code == 200
    finally:
        gate.put_keys(old)
        until(lambda: gate.get("/analytics/m/dashboard", token).status_code == 200, what="the old key's return")


ROLES = [
    ("GET", "/analytics/m1/dashboard", ["member"], "m1", 200),
    ("GET", "/analytics/m2/dashboard", ["member"], "m1", 404),
    ("GET", "/analytics/m2/dashboard", ["member", "service"], "m1", 200),
    ("GET", "/analytics/m2/dashboard", ["service"], "s", 200),
    ("GET", "/analytics/m2/dashboard", ["admin"], "a", 200),
    ("GET", "/analytics/m2/dashboard", ["analyst"], "a", 403),
    ("GET", "/analytics/m2/dashboard", ["unheard-of"], "a", 403),
    ("GET", "/analytics/m1/insights", ["member"], "m1", 200),
    ("GET", "/analytics/m%31/insights", ["member"], "m1", 200),
    ("GET", "/analytics/m1%20/insights", ["member"], "m1", 404),
    ("POST", "/events", ["service"], "s", 200),
    ("POST", "/events", ["member"], "m1", 403),
    ("POST", "/events", ["analyst"], "a", 403),
    ("GET", "/reports/performance", ["member"], "m1", 403),
    ("GET", "/reports/performance", ["service"], "s", 403),
    ("GET", "/reports/performance", ["analyst"], "a", 503),  # allowed, but nobody is there to answer
]


@pytest.mark.parametrize("method,path,roles,subject,status", ROLES)
def test_roles(gate, method, path, roles, subject, status):
    body = b"{}" if method == "POST" else None
    reply = gate.request(method, path, gate.token(*roles, subject=subject), data=body)
    assert reply.status_code == status, reply.text
    if status == 404:
        assert problem(reply, 404)["detail"] == "no such member"


# --- replies -----------------------------------------------------------------------------------

def test_request_ids(gate):
    assert gate.get("/healthz", headers={"X-Request-Id": "my-id_42.x"}).headers["X-Request-Id"] == "my-id_42.x"
    for unsafe in ("short", "x" * 65, "with space", "quote\"quote", "semi;colon"):
        given = gate.get("/healthz", headers={"X-Request-Id": unsafe}).headers["X-Request-Id"]
        assert given != unsafe and len(given) == 32
    said = gate.get("/analytics/m/dashboard", gate.token("admin"), headers={"X-Request-Id": "my-id_43.x"}).json()
    assert said["request_id"] == "my-id_43.x"


def test_a_trace_is_continued(gate):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    said = gate.get("/analytics/m/dashboard", gate.token("admin"), headers={"traceparent": trace}).json()["traceparent"]
    assert said.startswith(trace[:36]) and said.endswith("-01") and said != trace
    for broken in ("00-" + "0" * 32 + trace[35:], trace.upper(), trace[:-1], "ff" + trace[2:], trace + "-x"):
        said = gate.get("/analytics/m/dashboard", gate.token("admin"), headers={"traceparent": broken}).json()["traceparent"]
        assert said[3:35] != trace[3:35] and len(said) == 55


def test_headers_that_services_see(gate):
    headers = {"If-None-Match": 'W/"1"', "ce-id": "7", "Prefer": "return=minimal", "Idempotency-Key": "k", "X-Other": "no",
               "If-Match": 'W/"7"', "Accept-Language": "de"}
    said = gate.get("/analytics/m/dashboard", gate.token("admin"), headers=headers).json()
    assert said["header.if-none-match"] == 'W/"1"' and said["header.if-match"] == '"7"'
    assert said["header.ce-id"] == "7" and said["header.prefer"] == "return=minimal"
    assert said["header.idempotency-key"] == "k" and said["header.accept-language"] == "de"
    assert "header.x-other" not in said and "header.authorization" not in said and "header.cookie" not in said


def test_every_reply_is_hardened(gate):
    for reply in (gate.get("/healthz"), gate.get("/nowhere"), gate.get("/analytics/m/dashboard", gate.token("admin"))):
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["Cache-Control"] == "no-store"


def test_gzip(gate):
    path, token = "/analytics/big-5000/dashboard", gate.token("admin")
    plain = gate.get(path, token, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.headers["ETag"] == '"7"'
    assert plain.headers["Vary"] == "Accept-Encoding"
    for accepted in ("gzip", "br, gzip;q=0.5", "*", "GZIP"):
        reply = gate.get(path, token, headers={"Accept-Encoding": accepted}, stream=True)
        assert reply.headers["Content-Encoding"] == "gzip" and reply.headers["ETag"] == 'W/"7"'
        assert gzip.decompress(reply.raw.read()) == plain.content
    for refused_ in ("gzip;q=0", "br", "identity", "gzip; q=0.0, *"):
        assert "Content-Encoding" not in gate.get(path, token, headers={"Accept-Encoding": refused_}).headers
    assert "Content-Encoding" not in gate.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers


def test_large_replies_arrive_whole(gate):
    for size in (1, 4096, 4097, 70000, 5000000):
        assert gate.get(f"/analytics/big-{size}/dashboard", gate.token("admin")).content == b"x" * size


def test_the_openapi_document_is_served(gate):
    reply = gate.get("/openapi.json")
    document = reply.json()
    assert document["openapi"].startswith("3.1") and "/analytics/{member_id}/dashboard" in document["paths"]
    for tag in (reply.headers["ETag"], "W/" + reply.headers["ETag"].removeprefix("W/")):
        again = gate.get("/openapi.json", headers={"If-None-Match": tag})
        assert again.status_code == 304 and again.content == b""


def test_metrics_name_each_family_once(gate):
    lines = gate.get("/metrics").text.splitlines()
    types = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    assert len(types) == len(set(types)) and "echo_x" in types and "ae_gateway_request_seconds" in types
    only = gate.get("/metrics?instance=analytics-1").text
    assert "echo_x" in only and "ae_gateway" not in only


def test_many_clients_at_once(gate):
    token = gate.token("admin")

    def one(i):
        size = i * 37 % 9000
        return len(gate.get(f"/analytics/big-{size}/dashboard", token).content) == size

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        assert all(pool.map(one, range(1200)))


def test_an_access_line_tells_all_but_who(gate):
    gate.get("/analytics/member-77/dashboard", gate.token("member", subject="member-77"), headers={"X-Request-Id": "log-line-1"})
    line = until(lambda: [l for l in gate.log().splitlines() if "log-line-1" in l], what="the line")[0]
    for part in ("method=GET", "operation=get_dashboard", "status=200", "latency_ms=", "instance=1", "service=analytics"):
        assert part in line
    assert "member-77" not in gate.log()
