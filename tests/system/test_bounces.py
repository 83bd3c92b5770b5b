"""Stories of mails that come back: over a real Postfix, and over LMTP as any relay would bring them."""
import base64
import contextlib
import email
import email.policy
import hashlib
import hmac
import json
import smtplib
import sys
import pathlib
import threading
import time

import pytest
from conftest import System, until
from test_push_drivers import Fcm, authority, running as served  # noqa: F401
from test_sending import WELCOME, KernelsPort, ended, enrol, request, sent, settings, told

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from postfix import OWNER, Postfix, as_root, free_port  # noqa: E402

BOUNCES, SECRET = "bounce.example.org", b"0123456789abcdef0123456789abcdef"


class Refusing:
    """The receivers' server: the local part says what it thinks of a mail."""

    answers = {"gone": "550 5.1.1 <{}>: there is no such user", "full": "452 4.2.2 The mailbox of {} is full",
               "policy": "550 5.7.515 Access denied, the sending domain does not meet the requirements"}

    def __init__(self):
        self.mails, self.lock = [], threading.Lock()

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address.split("@")[0].split("-")[0])
        if answer:
            return answer.format(address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        with self.lock:
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 2.0.0 Ok"

    def got(self, address):
        with self.lock:
            return [m for m in self.mails if m["To"] == address]


@contextlib.contextmanager
def refusing():
    made = Refusing()
    controller = KernelsPort(made, hostname="127.0.0.1", port=0)
    controller.start()
    made.port = controller.port
    yield made
    controller.stop()


def token(notification, prefix="b+"):
    """The address that stands for a notification, as verp.h says it."""
    number = 0
    for c in notification:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(c)
    ulid = number.to_bytes(16, "big")
    mac = hmac.new(SECRET, prefix.encode() + ulid, hashlib.sha256).digest()[:10]
    return prefix + base64.b32encode(ulid + mac).decode().lower().rstrip("=") + "@" + BOUNCES


def report(status, action="failed", said="no", arrival="Thu, 26 Nov 2026 10:00:00 +0000", recipient="somebody@example.org"):
    return (f"From: MAILER-DAEMON@mx.example.net\r\nSubject: Returned mail\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n"
            f"--B\r\n\r\nIt did not work.\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\nArrival-Date: {arrival}\r\n\r\n"
            f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n\r\n--B--\r\n").encode()


def complaint(sender, kind="abuse"):
    """A feedback report as RFC 5965 has it."""
    return (f"From: fbl@isp.example\r\nSubject: FW: points\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: multipart/report; report-type=feedback-report; boundary=B\r\n\r\n"
            f"--B\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n"
            f"--B\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nUser-Agent: SomeGenerator/1.0\r\nVersion: 1\r\n"
            f"Original-Mail-From: <{sender}>\r\nArrival-Date: Thu, 26 Nov 2026 14:00:00 UTC\r\nReporting-MTA: dns; mail.isp.example\r\n\r\n"
            f"--B\r\nContent-Type: message/rfc822\r\n\r\nFrom: hello@shop.example.org\r\nSubject: points\r\n\r\nHello\r\n--B--\r\n").encode()


def lines(system, notification):
    """What its log tells of after it was sent."""
    return [line["what"] for line in told(system, notification)["log"] if line["what"] not in ("queued", "decided", "accepted")]


def suppressed(system, address):
    found = request(system, "GET", f"/notification-suppressions?channel=email&address={address}", role="admin").json["suppressions"]
    return [s["reason"] for s in found]


def engagement(system, member):
    return sorted(k for k, in system.sql("SELECT body->'data'->>'kind' FROM analytics.event_log WHERE type = 'NotificationEngagementEvent' AND member_id = %s", member))


def counted(system, what):
    """Of /metrics."""
    text = system.get("/metrics", role="admin").text
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("ae_bounce_mails_total{") and f'what="{what}"' in line)


# --- over Postfix ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def round_trip(tmp_path_factory):
    """Our daemon, a Postfix that takes its mail and brings back what the receivers' server refuses."""
    if as_root() is None:
        pytest.skip("Postfix runs as root only, and there is neither root nor sudo without a password")
    from conftest import make_folder
    import shutil
    folder, back = make_folder(), free_port()
    with refusing() as receiver:
        with Postfix(folder / "postfix", f"[127.0.0.1]:{receiver.port}", {BOUNCES: f"lmtp:inet:127.0.0.1:{back}"}) as relay:
            system = System(*settings(tmp_path_factory.mktemp("secrets"), relay.port, bounce_domain=BOUNCES, bounce_listen=f"127.0.0.1:{back}"))
            try:
                request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
                yield system, receiver, relay
            finally:
                system.remove()
    shutil.rmtree(folder, ignore_errors=True)


def comes_back(world, notification, what, deadline=60):
    system, _, relay = world
    try:
        until(lambda: what in lines(system, notification), deadline, what)
    except pytest.fail.Exception:
        pytest.fail(f"{what} did not come: {told(system, notification)}\n{relay.log()}")
    done = told(system, notification)
    return done, next(line for line in done["log"] if line["what"] == what)


def test_postfix_brings_back_what_a_server_refuses(round_trip):
    system, receiver, _ = round_trip
    member = enrol(system, "gone")
    notification = sent(system, member_id=member)
    done, line = comes_back(round_trip, notification, "bounced_hard")
    assert done["status"] == "sent" and done["engagement"] == "bounced_hard"
    assert (line["provider"], line["channel"]) == ("dsn", "email")
    assert line["detail"].startswith("5.1.1 550 5.1.1 <(recipient)>: there is no such user") and "gone@" not in json.dumps(done["log"])
    assert suppressed(system, "gone@example.org") == ["hard_bounce"]
    assert engagement(system, member) == ["bounced_hard"]
    again = ended(system, sent(system, member_id=member, channels=["email"]), "dropped")
    assert again["reason"] == "suppressed"
    assert counted(system, "bounced_hard") == 1 and not receiver.got("gone@example.org")


def test_postfix_tells_of_a_delay_and_gives_up(round_trip):
    system, _, _ = round_trip
    member = enrol(system, "full")
    notification = sent(system, member_id=member)
    done, line = comes_back(round_trip, notification, "bounced_soft")
    assert lines(system, notification)[:2] == ["deferred", "bounced_soft"] and line["detail"].startswith("4.2.2 452 4.2.2 The mailbox of (recipient) is full")
    assert done["engagement"] == "bounced_soft" and suppressed(system, "full@example.org") == []
    assert system.sql("SELECT count(*) FROM analytics.notification_soft_bounces") == [(1,)]


def test_a_refusal_by_policy_is_not_the_addresss_fault(round_trip):
    system, _, _ = round_trip
    member = enrol(system, "policy")
    done, line = comes_back(round_trip, sent(system, member_id=member), "rejected")
    assert line["detail"].startswith("5.7.515 ") and suppressed(system, "policy@example.org") == []
    ended(system, sent(system, member_id=member), "sent")


def test_what_arrives_says_nothing(round_trip):
    system, receiver, _ = round_trip
    notification = sent(system, member_id=enrol(system, "arrives"))
    mail, = until(lambda: receiver.got("arrives@example.org"))
    assert notification in mail["Message-ID"] and lines(system, notification) == []
