"""The e-mail driver by itself: its mails as Python's e-mail package, dkimpy and a real SMTP server see them."""
import asyncio
import base64
import contextlib
import email
import email.policy
import json
import pathlib
import random
import smtplib
import socket
import ssl
import subprocess
import urllib.parse

import dkim
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from conftest import BUILD, ROOT

PROBE = BUILD / "tests" / "lib" / "email_probe"
DATA = ROOT / "tests" / "data" / "mail"
ID = "01JDABCDEFGHJKMNPQRSTVWXYZ"
SECRET = "a secret of the tests"
BOUNCES = "bounce.example.com"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256))).decode()


def probe(*words, stdin=b""):
    done = subprocess.run([PROBE, *map(str, words)], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def run(verb, requests):
    """What the driver makes of each {"settings", "message"}."""
    text = "".join(json.dumps(r) + "\n" for r in requests)
    answers = [json.loads(line) for line in probe(verb, stdin=text.encode()).splitlines()]
    assert len(answers) == len(requests)
    return answers


def build(message, **settings):
    return run("build", [{"settings": settings, "message": {"notification_id": ID, "text": "x", **message}}])[0]


def parse(mail):
    return email.message_from_bytes(mail.encode("ascii"), policy=email.policy.default)


def ended(text):
    """A text as a part holds it: one kind of line end, the last line ended."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text + "\n" if text and not text.endswith("\n") else text


def content(part):
    return part.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_the_shape_of_a_mail():
    mail = parse(build({"title": "Points & more", "text": "a\n.\nFrom b", "html": "<p>ü<img src='cid:progress'>",
                        "images": [{"content_id": "progress", "content_type": "image/png", "base64": PNG}],
                        "unsubscribe": "https://example.com/u/abc", "address": "m@bücher.example"},
                       from_name='Café "Zur Post"', reply_to="help@example.com", list_id="news.example.com",
                       bounce_domain=BOUNCES, verp_secret=SECRET, unsubscribe_mail=True)["mail"])
    assert not mail.defects and mail.get_content_type() == "multipart/alternative"
    text, related = mail.iter_parts()
    html, image = related.iter_parts()
    assert (text.get_content_type(), content(text)) == ("text/plain", "a\n.\nFrom b\n")
    assert (html.get_content_type(), content(html)) == ("text/html", "<p>ü<img src='cid:progress'>\n")
    assert image["Content-ID"] == "<progress>" and image.get_content_disposition() == "inline"
    assert image.get_payload(decode=True) == base64.b64decode(PNG)
    assert mail["From"].addresses[0].display_name == 'Café "Zur Post"'
    assert mail["From"].addresses[0].addr_spec == "news@example.com"
    assert mail["To"].addresses[0].addr_spec == "m@xn--bcher-kva.example"
    assert mail["Message-ID"] == f"<{ID}@example.com>" and mail["MIME-Version"] == "1.0"
    assert mail["Date"].datetime.timestamp() == 1764000000
    https, mailto = mail["List-Unsubscribe"].split(", ")
    assert https == "<https://example.com/u/abc>" and mailto.startswith("<mailto:unsubscribe+")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<news.example.com>" and mail["Feedback-ID"] == "milestones:bulk:email:relay"
    assert mail["Auto-Submitted"] is None


def test_transactional_mail_is_automatic_and_no_list():
    for priority in (0, 1):
        mail = parse(build({"title": "t", "priority": priority}, list_id="news.example.com")["mail"])
        assert mail["Auto-Submitted"] == "auto-generated" and mail.get_content_type() == "text/plain"
        assert not [name for name in mail.keys() if name.startswith("List-")]


def random_text(r, most, breaks):
    pieces = ["a", "Zebra", " ", "=", "?", "_", ".", ",", ";", ":", "<", ">", "@", '"', "\\", "(", ")", "é", "ß", "€",
              "漢字", "😀", "👩\u200d👩\u200d👧", "e\u0301", "=?utf-8?q?x?=", "From ", "--", "w" * 70, "\t"] + breaks
    return "".join(r.choice(pieces) for _ in range(r.randrange(1, most)))


def test_random_texts_are_read_back_equal():
    r = random.Random(5322)
    messages = []
    for _ in range(400):
        title = random_text(r, 40, []).replace("\t", " ")
        messages.append({"notification_id": ID, "title": title, "text": random_text(r, 80, ["\n", "\r\n", " \n", "\n.\n"]),
                         "html": random_text(r, 80, ["\n", "\n\n", "\t\n"])})
    names = [random_text(r, 12, []).replace("\t", " ") for _ in messages]
    answers = run("build", [{"settings": {"from_name": n}, "message": m} for n, m in zip(names, messages)])
    for name, message, answer in zip(names, messages, answers):
        mail = parse(answer["mail"])
        assert all(len(line) <= 78 for line in answer["mail"].split("\r\n"))
        assert decoded(mail, "Subject") == message["title"]
        assert decoded(mail, "From") == f"{name} <news@example.com>" or mail["From"].addresses[0].display_name == name
        assert mail["From"].addresses[0].addr_spec == "news@example.com"
        text, html = mail.iter_parts()
        assert (content(text), content(html)) == (ended(message["text"]), ended(message["html"]))


def decoded(mail, name):
    """A header by RFC 2047 alone: the newer policy of Python's package collapses spaces of its own."""
    raw = next(value for key, value in mail.raw_items() if key == name)
    raw = str(raw).replace("\r\n", "").replace("\n", "")
    return str(email.header.make_header(email.header.decode_header(raw)))


def test_what_is_refused():
    assert build({"title": "a\r\nBcc: x@example.net"})["detail"] == "Subject: has a line break"
    assert build({"address": "a@example.org\r\nDATA"})["outcome"] == "dead"
    assert "SMTPUTF8" in build({"address": "ü@example.org"})["detail"]
    assert build({}, url="smtp://relay.example.com", plain=True)["error"].startswith("plain:")
    assert build({}, from_name="a\nb")["error"].startswith("from_name:")


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Two DKIM keys: files and DNS records."""
    folder = tmp_path_factory.mktemp("dkim")
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", folder / "rsa.pem")
    openssl("genpkey", "-algorithm", "ED25519", "-out", folder / "ed.pem")
    records = {f"{s}._domainkey.example.com.".encode(): probe("record", "example.com", s, folder / f"{s}.pem").strip()
               for s in ("rsa", "ed")}
    return folder, lambda name, timeout=5: records[name]


def verified(mail, dns):
    """How many signatures dkimpy believes, of how many."""
    found = mail.lower().count(b"dkim-signature:")
    believed = 0
    for i in range(found):
        with contextlib.suppress(dkim.DKIMException):
            believed += dkim.DKIM(mail).verify(idx=i, dnsfunc=dns)
    return believed, found


def test_signatures_are_believed_and_tampering_is_not(keys):
    folder, dns = keys
    signing = {"dkim_selector": "rsa", "dkim_key": str(folder / "rsa.pem"), "dkim_selector_2": "ed",
               "dkim_key_2": str(folder / "ed.pem"), "list_id": "news.example.com"}
    message = {"title": "Grüße  an alle, und das ist ein Betreff, der nicht auf eine Zeile passt", "text": "a \n\n b\n\n\n",
               "html": "<p>x</p>\n", "unsubscribe": "https://example.com/u/abc"}
    first = build(message, **signing)["mail"]
    assert first == build(message, **signing)["mail"], "the same mail and time, the same signatures"
    mail = first.encode()
    assert verified(mail, dns) == (2, 2)
    # What a relay may do: fold otherwise, change the case of names, add a trace.
    assert verified(mail.replace(b"Subject: ", b"SUBJECT:  "), dns) == (2, 2)
    assert verified(b"Received: by mx.example.net; Mon, 24 Nov 2025 16:00:00 +0000\r\n" + mail, dns) == (2, 2)
    for old, new in ((b"<p>x</p>", b"<p>y</p>"), (b"From: ", b"From: x"), (b"u/abc", b"u/abd"), (b"t=1764000000", b"t=1764000001"),
                     (b"\r\nDate: Mon", b"\r\nDate: Tue"), (b"d=example.com", b"d=example.org"), (b"=One-Click", b"=Two-Click")):
        assert old in mail and verified(mail.replace(old, new), lambda name, timeout=5: dns(name.replace(b".org", b".com")))[0] == 0
    for added in (b"From: evil@example.net", b"Subject: other", b"List-Unsubscribe: <https://example.net/>",
                  b"List-Unsubscribe-Post: x"):
        assert verified(added + b"\r\n" + mail, dns)[0] == 0, added
        assert verified(mail.replace(b"\r\n\r\n", b"\r\n" + added + b"\r\n\r\n", 1), dns)[0] == 0, added


def test_signatures_of_random_mails(keys):
    folder, dns = keys
    r = random.Random(6376)
    signing = {"dkim_selector": "rsa", "dkim_key": str(folder / "rsa.pem")}
    requests = [{"settings": {**signing, "from_name": random_text(r, 10, [])},
                 "message": {"notification_id": ID, "title": random_text(r, 30, []),
                             "text": random_text(r, 60, ["\n", " \n", "\n\n", "\n\t\n"])}} for _ in range(60)]
    for answer in run("build", requests):
        assert verified(answer["mail"].encode(), dns) == (1, 1), answer["mail"]


class Relay:
    """An aiosmtpd that wants TLS and a password, and says what its script says."""

    def __init__(self):
        self.script, self.mails, self.sessions, self.silent = {}, [], set(), 0

    def auth(self, server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"relay user", b"p\xc3\xa4ss"), handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.sessions.add(id(session))
        envelope.mail_from = address
        return self.script.get("MAIL", "250 2.1.0 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("silent"):
            self.silent += 1
            await asyncio.sleep(60)
        said = self.script.get("RCPT", "250 2.1.5 OK")
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server, session, envelope):
        if self.script.get("DATA") == "hang up":
            server.transport.abort()
            return "250 never heard"
        said = self.script.get("DATA", "250 2.0.0 OK: queued as 4F1A2B")
        if said.startswith("2"):
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return said


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    folder = tmp_path_factory.mktemp("relay")
    ca, key, request, certificate = (folder / n for n in ("ca.pem", "key.pem", "request.pem", "certificate.pem"))
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "ca.key", "-out", ca, "-days", "2",
            "-subj", "/CN=A CA of the tests")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", folder / "names", "-out", certificate)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    handler = Relay()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True,
                            auth_required=True, authenticator=handler.auth, decode_data=False)
    controller.start()
    handler.settings = {"url": f"smtp://localhost:{port}", "ca_file": str(ca), "user": "relay user", "password": "päss",
                        "bounce_domain": BOUNCES, "verp_secret": SECRET}
    yield handler
    controller.stop()


def send(relay, script=None, message=None, **settings):
    relay.script, relay.mails[:] = script or {}, []
    return run("send", [{"settings": {**relay.settings, **settings},
                         "message": {"notification_id": ID, "title": "t", "text": "x", "address": "m@example.org", **(message or {})}}])[0]


def test_a_mail_arrives_as_it_was_signed(relay, keys):
    folder, dns = keys
    got = send(relay, message={"text": ".\n..\na\n.b\nü" * 300}, dkim_selector="rsa", dkim_key=str(folder / "rsa.pem"))
    assert (got["outcome"], got["code"], got["provider_ref"]) == ("accepted", "smtp_250", "4F1A2B"), got
    (sender, recipients, mail), = relay.mails
    assert mail == got["mail"].encode() and verified(mail, dns) == (1, 1)
    assert recipients == ["m@example.org"] and sender == got["mail_from"]
    assert sender.startswith("b+") and sender.endswith("@" + BOUNCES)


@pytest.mark.parametrize("at, said, outcome", [
    ("RCPT", "550 5.1.1 <m@example.org>: no such user", "dead"),
    ("RCPT", "450 4.2.1 <m@example.org>: later", "retry"),
    ("RCPT", "550-5.2.1 The mailbox\r\n550 5.2.1 is disabled", "dead"),
    ("RCPT", "554 5.7.1 <m@example.org>: Relay access denied", "broken"),
    ("RCPT", "550 no words", "refused"),
    ("MAIL", "421 4.3.2 going down", "retry"),
    ("MAIL", "553 5.1.8 the sender's domain is unknown", "broken"),
    ("DATA", "451 4.7.1 greylisted", "retry"),
    ("DATA", "552 5.3.4 too big", "refused"),
    ("DATA", "554 5.7.1 spam", "refused"),
    ("DATA", "550 5.7.26 not authenticated", "broken"),
    ("DATA", "hang up", "unknown"),
])
def test_what_a_relay_says_is_what_counts(relay, at, said, outcome):
    got = send(relay, {at: said})
    assert got["outcome"] == outcome, got
    assert got["code"] == ("smtp_no_reply" if said == "hang up" else "smtp_" + said[:3])
    assert "m@example.org" not in got["detail"]
    assert relay.mails == []


def test_credentials_and_certificates(relay, tmp_path):
    got = send(relay, password="wrong")
    assert (got["outcome"], got["code"]) == ("broken", "smtp_535"), got
    got = send(relay, user="", password="")
    assert (got["outcome"], got["code"]) == ("broken", "smtp_530"), got
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "k", "-out", tmp_path / "other.pem", "-subj", "/CN=x")
    got = send(relay, ca_file=str(tmp_path / "other.pem"))
    assert (got["outcome"], got["code"]) == ("retry", "smtp_not_reached") and relay.mails == []


def test_a_relay_that_is_away_or_without_tls(relay):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
        got = send(relay, url=f"smtp://127.0.0.1:{port}")
    assert (got["outcome"], got["code"]) == ("retry", "smtp_not_reached"), got
    handler = Relay()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        without = {"url": f"smtp://127.0.0.1:{port}", "user": "", "password": ""}
        assert send(relay, **without)["outcome"] == "retry" and handler.mails == []
        assert send(relay, **without, plain=True)["outcome"] == "accepted" and len(handler.mails) == 1
    finally:
        controller.stop()


def test_many_mails_over_one_connection(relay):
    relay.script, relay.mails[:] = {}, []
    relay.sessions.clear()
    requests = [{"settings": relay.settings, "message": {"notification_id": ID, "title": str(n), "text": "x"}} for n in range(30)]
    assert {a["outcome"] for a in run("send", requests)} == {"accepted"}
    assert [parse(m[2].decode())["Subject"] for m in relay.mails] == [str(n) for n in range(30)]
    assert len(relay.sessions) == 1


def test_a_relay_that_falls_silent_is_not_asked_twice(relay):
    """Only of a kept session that was closed is it sure that nobody heard the mail, and at once: one that is silent has taken its time."""
    relay.script, relay.silent = {}, 0
    requests = [{"settings": {**relay.settings, "timeout": 1000000},
                 "message": {"notification_id": ID, "title": "t", "text": "x", "address": f"{name}@example.org"}} for name in ("first", "silent")]
    assert [(a["outcome"], a["code"]) for a in run("send", requests)] == [("accepted", "smtp_250"), ("retry", "smtp_not_reached")]
    assert relay.silent == 1


def bounce(mail, recipient="x@" + BOUNCES):
    return json.loads(probe("bounce", BOUNCES, SECRET, "example.com", recipient, stdin=mail))["bounces"]


@contextlib.contextmanager
def lmtp(address="127.0.0.1:0", size=100000, connections=5, timeout=20000):
    """A listener; gives its port and a function that reads the next mail it kept."""
    process = subprocess.Popen([PROBE, "lmtp", address, BOUNCES, SECRET, str(size), str(connections), str(timeout)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def kept():
        head = json.loads(process.stdout.readline())
        return head["from"], head["recipient"], process.stdout.read(head["length"])

    try:
        yield int(process.stdout.readline().split()[1]), kept
    finally:
        process.stdin.close()
        assert process.wait(20) == 0
        process.stdout.close()


def test_mails_come_back_over_lmtp():
    """smtplib speaks LMTP of its own; the recipients' tokens are judged at once."""
    sender = build({}, bounce_domain=BOUNCES, verp_secret=SECRET)["mail_from"]
    token = sender.split("@")[0].removeprefix("b+")
    forged = sender.replace(token, token[:-4] + ("aaaa" if token[-4:] != "aaaa" else "bbbb"))
    mail = b"Subject: x\r\n\r\n.\r\n..\r\nend\r\n"
    with lmtp() as (port, kept):
        with smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
            assert client.sendmail("", [sender], mail) == {}
            assert kept() == ("", sender, mail)
            refused = client.sendmail("a@example.org", [sender, forged, "bob@" + BOUNCES], mail)
            assert {a: code for a, (code, _) in refused.items()} == {forged: 550, "bob@" + BOUNCES: 550}
            assert kept()[:2] == ("a@example.org", sender)
            with pytest.raises(smtplib.SMTPDataError) as error:
                client.sendmail("", [sender], b"not storable\r\n")
            assert error.value.smtp_code == 451
            with pytest.raises(smtplib.SMTPResponseException) as error:
                client.sendmail("", [sender], b"x" * 100001)
            assert error.value.smtp_code == 552
            assert client.vrfy("a")[0] == 252


def test_lmtp_over_a_unix_socket(folder):
    sender = build({}, bounce_domain=BOUNCES, verp_secret=SECRET)["mail_from"]
    path = folder / "lmtp.sock"
    with lmtp(f"unix:{path}") as (port, kept):
        assert port == 0 and path.stat().st_mode & 0o777 == 0o660
        with smtplib.LMTP(str(path)) as client:
            assert client.sendmail("", [sender], b"a\r\n") == {}
        assert kept() == ("", sender, b"a\r\n")
    assert not path.exists()


def test_the_time_of_a_signature(keys):
    """Not a benchmark: a key that is parsed each time, or worse, would show."""
    folder, _ = keys
    assert float(probe("time", folder / "rsa.pem", 100)) < 20000
