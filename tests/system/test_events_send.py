"""aectl events send against an intake that is busy, slow, or refuses: nothing is lost, everything is counted."""

import collections
import http.server
import json
import os
import subprocess
import threading

import pytest

from conftest import AECTL


class Intake(http.server.ThreadingHTTPServer):
    """Answers from a list of scripted (status, headers, body); when that is empty, accepts as an intake does."""

    def __init__(self, script=()):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.lock = list(script), threading.Lock()
        self.seen, self.requests, self.connections = collections.Counter(), [], 0
        self.daemon_threads = True
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def take(self, request, body):
        with self.lock:
            self.requests.append((request.path, dict(request.headers), body))
            if self.script:
                return self.script.pop(0)
            answer = {"accepted": 0, "duplicate": 0, "rejected": []}
            for i, line in enumerate(body.splitlines()):
                e = json.loads(line)
                if e.get("bad"):
                    answer["rejected"].append({"index": i, "id": e["id"], "pointer": "/data/x", "code": "type", "detail": "no"})
                    continue
                answer["duplicate" if self.seen[e["id"]] else "accepted"] += 1
                self.seen[e["id"]] += 1
            return 202, {}, json.dumps(answer)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        with self.server.lock:
            self.server.connections += 1

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, headers, text = self.server.take(self, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def intake():
    servers = []

    def make(*script):
        servers.append(Intake(script))
        return servers[-1]
    yield make
    for s in servers:
        s.shutdown()
        s.server_close()


@pytest.fixture
def events(tmp_path):
    def write(count, **extra):
        path = tmp_path / "events.ndjson"
        path.write_text("\n".join(json.dumps({"id": f"e{i}", "pad": "x" * 300, **extra}) for i in range(count)))
        return path
    return write


def send(path, url, *arguments):
    done = subprocess.run([AECTL, "events", "send", path, "--url", url, "--json", *arguments], capture_output=True, timeout=60)
    return done.returncode, json.loads(done.stdout), done.stderr.decode()


def test_all_lines_arrive_in_batches_on_few_connections(intake, events):
    server = intake()
    code, counts, _ = send(events(10500), server.url, "--token", "T", "--window", "3")
    assert code == 0 and counts["accepted"] == counts["events"] == 10500 and len(server.seen) == 10500
    assert len(server.requests) == 11 and server.connections <= 3
    for path, headers, body in server.requests:
        assert path == "/events" and headers["Authorization"] == "Bearer T"
        assert headers["Content-Type"] == "application/x-ndjson" and body.count(b"\n") <= 1000


def test_a_batch_stays_under_half_a_mebibyte(intake, events):
    server = intake()
    code, _, _ = send(events(2000, more="y" * 2000), server.url)
    assert code == 0 and len(server.seen) == 2000
    assert max(len(body) for _, _, body in server.requests) <= 512 << 10


def test_sending_again_is_counted_as_known(intake, events):
    server = intake()
    send(events(50), server.url)
    code, counts, _ = send(events(50), server.url)
    assert code == 0 and (counts["accepted"], counts["duplicate"]) == (0, 50)


def test_busy_is_tried_again(intake, events):
    server = intake((503, {"Retry-After": "1"}, "{}"), (504, {}, ""), (429, {}, ""))
    code, counts, _ = send(events(1500), server.url, "--window", "1")
    assert code == 0 and counts["accepted"] == 1500 and counts["retries"] == 3
    assert set(server.seen.values()) == {1}


def test_busy_for_too_long_is_exit_3(intake, events):
    server = intake(*[(503, {}, "{}")] * 50)
    code, counts, stderr = send(events(10), server.url, "--deadline", "1")
    assert code == 3 and counts["accepted"] == 0 and "503" in stderr


def test_rejections_are_shown_with_their_line_and_fail(intake, events):
    server = intake()
    path = events(3, bad=True)
    code, counts, stderr = send(path, server.url)
    assert code == 1 and counts["rejected"] == 3
    assert "line 2 id=e1 /data/x type: no" in stderr


def test_a_refusal_is_told_in_the_servers_words(intake, events):
    server = intake((401, {"Content-Type": "application/problem+json"}, '{"detail": "the token has expired"}'))
    code, _, stderr = send(events(1), server.url)
    assert code == 1 and "401" in stderr and "the token has expired" in stderr


def test_an_answer_that_is_none_is_no_success(intake, events):
    server = intake((200, {}, "hello"))
    code, _, stderr = send(events(1), server.url)
    assert code == 1 and "not as an intake" in stderr


def test_standard_input_and_token_file(intake, tmp_path):
    server = intake()
    (tmp_path / "token").write_text("secret\n")
    done = subprocess.run([AECTL, "events", "send", "-", "--url", server.url + "/events/", "--token-file", tmp_path / "token"],
                          input=b'{"id":"a"}\n\n{"id":"b"}', capture_output=True, timeout=60)
    assert done.returncode == 0 and set(server.seen) == {"a", "b"}
    assert server.requests[0][1]["Authorization"] == "Bearer secret" and server.requests[0][0] == "/events"


def test_progress_only_when_asked_for(intake, events):
    server = intake()
    path = events(10)
    quiet = subprocess.run([AECTL, "events", "send", path, "--url", server.url], capture_output=True, timeout=60)
    shown = subprocess.run([AECTL, "events", "send", path, "--url", server.url], capture_output=True, timeout=60,
                           env={**os.environ, "AE_PROGRESS": "1"})
    assert quiet.stderr == b"" and b"100%" in shown.stderr
