"""Slack's drivers over real libcurl, against a counterpart that keeps a history and can be told to fail."""
import contextlib
import http.server
import json
import socket
import struct
import subprocess
import threading
import urllib.parse

import pytest

from conftest import BUILD

ID = "01JDF0ZZZZ8QYV6W3M2K1T4R5N"
TOKEN = "xoxb-1-test"


class Slack(http.server.ThreadingHTTPServer):
    """Three methods and a history. script[method] is a list of faults, each used once."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server_port}/api"
        self.history, self.calls, self.script, self.release = [], [], {}, threading.Event()
        self.users = {"ada@example.org": "U0ADA"}

    def handle_error(self, request, client_address):
        pass

    def names(self):
        return [name for name, _ in self.calls]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body, headers=()):
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def reset(self):
        """RST instead of an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        self.call(url.path, dict(urllib.parse.parse_qsl(url.query)))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Content-Type"] == "application/json; charset=utf-8"
        self.call(self.path, body)

    def call(self, path, values):
        name = path.rsplit("/", 1)[1]
        self.server.calls.append((name, values))
        faults = self.server.script.get(name, [])
        fault = faults.pop(0) if faults else None
        if fault == "reset":
            return self.reset()
        if isinstance(fault, tuple):
            return self.say(*fault)
        if name != "hook" and self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.say(200, {"ok": False, "error": "invalid_auth"})
        answer = getattr(self, "on_" + name.replace(".", "_"))(values)
        if fault == "taken, then reset":
            return self.reset()
        if fault == "taken, then silence":
            self.server.release.wait(20)
            return self.reset()
        return self.say(200, answer)

    def on_users_lookupByEmail(self, values):
        user = self.server.users.get(values["email"])
        return {"ok": True, "user": {"id": user}} if user else {"ok": False, "error": "users_not_found"}

    def on_conversations_open(self, values):
        return {"ok": True, "channel": {"id": "D" + values["users"][1:]}}

    def on_chat_postMessage(self, values):
        ts = f"17{len(self.server.history):08d}.000100"
        self.server.history.insert(0, {**values, "ts": ts})
        return {"ok": True, "channel": values["channel"], "ts": ts}

    def on_conversations_history(self, values):
        assert values["include_all_metadata"] == "true" and float(values["oldest"]) > 0
        start, limit = int(values.get("cursor", 0)), int(values["limit"])
        found = [m for m in self.server.history if m["channel"] == values["channel"]]
        more = str(start + limit) if start + limit < len(found) else ""
        return {"ok": True, "messages": found[start:start + limit], "response_metadata": {"next_cursor": more}}

    def on_hook(self, values):
        self.server.history.insert(0, values)
        return "ok"


@pytest.fixture
def slack():
    with Slack() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.release.set()
            server.shutdown()
            thread.join()


def probe(*words, **message):
    message = {"notification_id": ID, "title": "Well done", "text": "Ten visits", **message}
    done = subprocess.run([BUILD / "tests" / "lib" / "slack_probe", *map(str, words)], input=json.dumps(message),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def post(slack, tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    return lambda **message: probe("api", slack.base, path, **{"address": "C0TEAM", **message})


def test_a_message_as_slack_sees_it(slack, post):
    got = post(text="a < b & *c*", link="https://example.org/m?a=1&b=2")
    assert (got["outcome"], got["provider_ref"], got["new_address"]) == ("accepted", "C0TEAM/1700000000.000100", "")
    (message,) = slack.history
    assert message["text"] == "Well done: a &lt; b &amp; *c*"
    assert message["unfurl_links"] is False and message["unfurl_media"] is False
    assert message["metadata"] == {"event_type": "ae_notification", "event_payload": {"notification_id": ID}}
    header, section, actions = message["blocks"]
    assert header == {"type": "header", "text": {"type": "plain_text", "text": "Well done"}}
    assert section == {"type": "section", "text": {"type": "mrkdwn", "text": "a &lt; b &amp; *c*"}}
    assert actions["elements"][0]["url"] == "https://example.org/m?a=1&b=2"


def test_a_user_and_an_address_become_a_conversation(slack, post):
    assert post(address="U0ADA")["new_address"] == "D0ADA"
    got = post(address="ada@example.org")
    assert (got["outcome"], got["new_address"]) == ("accepted", "D0ADA")
    assert slack.names()[2:] == ["users.lookupByEmail", "conversations.open", "chat.postMessage"]
    assert post(address="bob+x@example.org")["outcome"] == "dead"
    assert slack.calls[-1] == ("users.lookupByEmail", {"email": "bob+x@example.org"})
    calls = len(slack.calls)
    for address in ("", "C", "c0team", "C0\r\nX: y", "https://example.org", "X0TEAM", "@example.org"):
        assert post(address=address)["code"] == "bad_address"
    assert len(slack.calls) == calls


@pytest.mark.parametrize("fault", ["taken, then reset", "taken, then silence"])
def test_a_message_taken_without_an_answer_is_not_posted_again(slack, post, fault):
    slack.script["chat.postMessage"] = [fault]
    assert post()["outcome"] == "unknown"
    assert len(slack.history) == 1
    slack.release.set()
    got = post(attempt=2)
    assert (got["outcome"], got["code"], got["provider_ref"]) == ("accepted", "found", "C0TEAM/1700000000.000100")
    assert slack.names() == ["chat.postMessage", "conversations.history"]
    assert len(slack.history) == 1


def test_a_message_not_taken_is_posted_again(slack, post):
    slack.script["chat.postMessage"] = ["reset"]
    assert post()["outcome"] == "unknown"
    assert post(notification_id="01JDF0ZZZZ8QYV6W3M2K1T4R5P")["outcome"] == "accepted"  # somebody else's
    got = post(attempt=2)
    assert (got["outcome"], got["code"]) == ("accepted", "ok")
    assert [m["metadata"]["event_payload"]["notification_id"][-1] for m in slack.history] == ["N", "P"]


def test_a_direct_message_is_looked_for_too(slack, post):
    slack.script["chat.postMessage"] = ["taken, then reset"]
    got = post(address="ada@example.org")
    assert (got["outcome"], got["new_address"]) == ("unknown", "D0ADA")
    got = post(address="ada@example.org", attempt=2)
    assert (got["code"], got["new_address"], len(slack.history)) == ("found", "D0ADA", 1)


def test_a_long_history_is_read_page_by_page(slack, post):
    """Also where a page is larger than an answer may be."""
    slack.script["chat.postMessage"] = ["taken, then reset"]
    post()
    for n in range(60):
        slack.history.insert(0, {"channel": "C0TEAM", "ts": f"18{n:08d}.000100", "text": "x" * 4000})
    assert post(attempt=2)["code"] == "found"
    assert [int(v["limit"]) for name, v in slack.calls if name == "conversations.history"][:3] == [50, 5, 5]
    assert len(slack.history) == 61


def test_slow_down(slack, post):
    slack.script["chat.postMessage"] = [(429, {"ok": False, "error": "ratelimited"}, [("Retry-After", "30")])]
    got = post()
    assert (got["outcome"], got["code"], got["retry_after"]) == ("retry", "ratelimited", 30_000_000)
    slack.script["conversations.open"] = [(429, "", [("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT")])]
    got = post(address="U0ADA")
    assert (got["outcome"], got["retry_after"]) == ("retry", 1_000_000)
    slack.script["conversations.history"] = [(429, "", [])]
    got = post(attempt=2)
    assert (got["outcome"], got["retry_after"], slack.history) == ("retry", 0, [])


@pytest.mark.parametrize("error, outcome", [
    ("internal_error", "retry"), ("fatal_error", "retry"), ("request_timeout", "retry"), ("ratelimited", "retry"),
    ("service_unavailable", "retry"), ("channel_not_found", "dead"), ("is_archived", "dead"), ("user_not_found", "dead"),
    ("invalid_auth", "broken"), ("token_revoked", "broken"), ("missing_scope", "broken"), ("invalid_blocks", "refused"),
    ("msg_too_long", "refused"), ("not_in_channel", "refused"), ("something_new", "refused"),
])
def test_errors(slack, post, error, outcome):
    slack.script["chat.postMessage"] = [(200, {"ok": False, "error": error})]
    got = post()
    assert (got["outcome"], got["code"]) == (outcome, error)


@pytest.mark.parametrize("fault, outcome, code", [
    ((500, "oops"), "retry", "http_500"), ((503, ""), "retry", "http_503"), ((404, "nothing"), "broken", "http_404"),
    ((302, "", [("Location", "http://127.0.0.1:1/")]), "broken", "http_302"), ((200, "<html>"), "unknown", "unreadable"),
    ((200, {"ok": False, "error": "bad-word"}), "refused", "unreadable"), ((200, {"ok": "true"}), "unknown", "unreadable"),
    ((401, ""), "broken", "http_401"),
])
def test_strange_answers(slack, post, fault, outcome, code):
    slack.script["chat.postMessage"] = [fault]
    got = post()
    assert (got["outcome"], got["code"]) == (outcome, code)


def test_a_wrong_token(slack, tmp_path):
    (tmp_path / "token").write_text("xoxb-other")
    got = probe("api", slack.base, tmp_path / "token", address="C0TEAM")
    assert (got["outcome"], got["code"]) == ("broken", "invalid_auth")
    (tmp_path / "token").write_text("xoxb\r\nX-Other: header\n")
    with pytest.raises(AssertionError, match="not one line with a token"):
        probe("api", slack.base, tmp_path / "token", address="C0TEAM")


def test_nobody_there(tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    with contextlib.closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))  # bound, but nobody listens
        got = probe("api", f"http://127.0.0.1:{s.getsockname()[1]}/api", tmp_path / "token", address="C0TEAM")
    assert (got["outcome"], got["code"]) == ("retry", "no_answer")


def hook(slack, **message):
    return probe("webhook", address=slack.base + "/hook", **message)


def test_webhook(slack):
    assert hook(slack)["outcome"] == "accepted"
    (message,) = slack.history
    assert message["text"] == "Well done: Ten visits" and "channel" not in message and "metadata" not in message


@pytest.mark.parametrize("fault, outcome, code", [
    ((404, "no_service"), "dead", "no_service"), ((410, "channel_is_archived"), "dead", "channel_is_archived"),
    ((410, ""), "dead", "http_410"), ((403, "action_prohibited"), "refused", "action_prohibited"),
    ((400, "invalid_payload"), "refused", "invalid_payload"), ((500, "rollup_error"), "retry", "http_500"),
    ((429, "", [("Retry-After", "2")]), "retry", "ratelimited"), ("reset", "unknown", "no_answer"),
    ((302, "", [("Location", "http://127.0.0.1:1/")]), "refused", "http_302"), ((200, "okay"), "refused", "okay"),
])
def test_webhook_answers(slack, fault, outcome, code):
    slack.script["hook"] = [fault]
    got = hook(slack)
    assert (got["outcome"], got["code"]) == (outcome, code)


def test_a_webhook_that_leads_inside(slack):
    """https to a name or number of this machine: refused before anything is sent."""
    port = slack.server_port
    for url in (f"https://127.0.0.1:{port}/hook", "https://localhost/hook", "https://2130706433/", "ftp://example.org/",
                "https://[::ffff:127.0.0.1]:8443/", "https://u:p@example.org/"):
        got = probe("webhook", address=url)
        assert (got["outcome"], got["code"], got["transfers"]) == ("dead", "bad_address", 0), url
    assert slack.calls == []
