"""Stories of mails that come back: over a real Postfix, and over LMTP as any relay would bring them."""
import asyncio
import base64
import contextlib
import email
import email.policy
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import smtplib
import socket
import subprocess
import sys
import threading
import time

import pytest
from conftest import BUILD, ROOT, System, make_folder, until
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
        self.mails, self.lock, self.open, self.waiting = [], threading.Lock(), True, False

    async def handle_RCPT(self, server, session, envelope, address, options):
        while not self.open:
            self.waiting = True
            await asyncio.sleep(0.02)
        self.waiting = False
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
    """What came back, as its log tells it."""
    return [line["what"] for line in told(system, notification)["log"] if line["what"] not in ("queued", "decided", "accepted", "escalated")]


def suppressed(system, address):
    found = request(system, "GET", f"/notification-suppressions?channel=email&address={address}", role="admin").json["suppressions"]
    return [s["reason"] for s in found]


def engagement(system, member):
    return sorted(k for k, in system.sql("SELECT body->'data'->>'kind' FROM analytics.event_log WHERE type = 'NotificationEngagementEvent' AND member_id = %s", member))


def counted(system, what):
    """Of /metrics."""
    text = system.get("/metrics", role="admin").text
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("ae_bounce_mails_total{") and f'what="{what}"' in line)


# The table that docs/bounces.md tells to put into Postfix.
RECIPIENTS = "".join(line.strip() + "\n" for line in (ROOT / "docs" / "bounces.md").read_text().splitlines() if line.strip().startswith("/^"))


# --- over Postfix ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def round_trip(tmp_path_factory):
    """Our daemon, a Postfix that takes its mail and brings back what the receivers' server refuses."""
    if as_root() is None:
        pytest.skip("Postfix runs as root only, and there is neither root nor sudo without a password")
    folder, back = make_folder(), free_port()
    with refusing() as receiver:
        with Postfix(folder / "postfix", f"[127.0.0.1]:{receiver.port}", {BOUNCES: f"lmtp:inet:127.0.0.1:{back}"}, RECIPIENTS) as relay:
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


def test_postfix_refuses_guesses_at_its_door(round_trip):
    _, _, relay = round_trip
    known = [token("01JDABCDEFGHJKMNPQRSTVWXYZ"), token("01JDABCDEFGHJKMNPQRSTVWXYZ", "unsubscribe+"), "complaints@" + BOUNCES]
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=30) as client:
        client.ehlo()
        client.mail("somebody@example.net")
        assert [client.rcpt(a)[0] for a in known] == [250] * 3
        assert [client.rcpt(a)[0] for a in ("bob@" + BOUNCES, "b+short@" + BOUNCES, known[0].replace("@", "0@"))] == [550] * 3


def test_what_arrives_says_nothing(round_trip):
    system, receiver, _ = round_trip
    notification = sent(system, member_id=enrol(system, "arrives"))
    mail, = until(lambda: receiver.got("arrives@example.org"))
    assert notification in mail["Message-ID"] and lines(system, notification) == []


def none_is_lost(system, receiver, relay):
    """All reports come at once, and the daemon dies again and again while it takes them."""
    receiver.open = False
    members = [enrol(system, f"gone-{i}") for i in range(20)]
    ids = [sent(system, member_id=m, channels=["email"]) for m in members]
    for notification in ids:
        ended(system, notification, "sent")
    receiver.open = True

    def booked():
        return system.sql("SELECT count(DISTINCT notification_id) FROM analytics.notification_logs WHERE what = 'bounced_hard' AND notification_id = ANY (%s)", ids)[0][0]

    for goal in (1, 7, 13):
        until(lambda: booked() >= goal, 60, f"{goal} reports")
        system.wait_restarted("notification", system.kill("notification"))
    try:
        until(lambda: booked() == len(ids), 90, "every report")
    except pytest.fail.Exception:
        pytest.fail(f"{booked()} of {len(ids)} came\n{relay.log()}")
    assert [engagement(system, m) for m in members] == [["bounced_hard"]] * len(ids), "each is told once"


def test_postfix_over_a_unix_socket(tmp_path):
    """Postfix gives up every group but its own, so the socket's folder hands it the group: mode 2750, as docs/bounces.md says."""
    if os.getuid() != 0:
        pytest.skip("only root may give a folder to another group")
    folder = make_folder()
    (folder / "bounces").mkdir()
    shutil.chown(folder / "bounces", group=OWNER)
    (folder / "bounces").chmod(0o2750)
    path = folder / "bounces" / "lmtp"
    with refusing() as receiver, Postfix(folder / "postfix", f"[127.0.0.1]:{receiver.port}", {BOUNCES: f"lmtp:unix:{path}"}, RECIPIENTS, lifetime="120s") as relay:
        system = System(*settings(tmp_path, relay.port, bounce_domain=BOUNCES, bounce_listen=f"unix:{path}"))
        try:
            request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
            comes_back((system, receiver, relay), sent(system, member_id=enrol(system, "gone")), "bounced_hard")
            none_is_lost(system, receiver, relay)
        finally:
            system.remove()
    shutil.rmtree(folder, ignore_errors=True)


# --- over LMTP -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(authority, tmp_path_factory):  # noqa: F811
    """A daemon that takes bounces at a port of its own, with a push service for what goes on."""
    folder, back = tmp_path_factory.mktemp("secrets"), free_port()
    with refusing() as receiver, served(Fcm(authority)) as fcm:
        (folder / "account.json").write_text(json.dumps(fcm.account))
        system = System(*settings(folder, receiver.port, bounce_domain=BOUNCES, bounce_listen=f"127.0.0.1:{back}", bounce_command_time="2s",
                                  fcm_account_file=folder / "account.json", fcm_url=fcm.base, push_ca_file=authority[0]))
        try:
            request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
            system.back, system.fcm, system.receiver = back, fcm, receiver
            yield system
        finally:
            system.remove()


def bring(system, recipient, mail, sender=""):
    """Hands a mail over as a relay does; what the daemon answers for the recipient."""
    with smtplib.LMTP("127.0.0.1", system.back, timeout=60) as client:
        try:
            refused = client.sendmail(sender, [recipient], mail)
            return refused[recipient][0] if refused else 250
        except smtplib.SMTPRecipientsRefused as refusal:
            return refusal.recipients[recipient][0]
        except smtplib.SMTPResponseException as error:
            return error.smtp_code


def arrived(system, name, **more):
    member = enrol(system, name, **more.pop("enrolled", {}))
    notification = sent(system, member_id=member, **more)
    assert ended(system, notification, "sent")["channel"] == "email"
    return member, notification


def test_a_report_counts_once(world):
    member, notification = arrived(world, "twice")
    for _ in range(2):
        assert bring(world, token(notification), report("5.1.1", said="550 5.1.1 no such user", recipient="twice@example.org")) == 250
    assert lines(world, notification) == ["bounced_hard"] and engagement(world, member) == ["bounced_hard"]
    assert bring(world, token(notification), report("5.1.1", arrival="Thu, 26 Nov 2026 11:00:00 +0000")) == 250
    assert lines(world, notification) == ["bounced_hard", "bounced_hard"], "another report is another one"


def test_the_token_alone_says_whose_mail_it_is(world):
    """A report may name whom it likes: only the address that we wrote to is suppressed."""
    _, notification = arrived(world, "forger")
    arrived(world, "victim")
    refused, forged = counted(world, "refused_recipient"), token(notification)
    forged = forged.replace(forged[5], "a" if forged[5] != "a" else "b")
    for address in (forged, "bob@" + BOUNCES, token(notification).replace(BOUNCES, "example.org"), "b+@" + BOUNCES):
        assert bring(world, address, report("5.1.1")) == 550
    assert counted(world, "refused_recipient") == refused + 4
    assert bring(world, token(notification), report("5.1.1", recipient="victim@example.org")) == 250
    assert suppressed(world, "victim@example.org") == [] and suppressed(world, "forger@example.org") == ["hard_bounce"]
    upper = token(notification).split("@")[0].upper() + "@" + BOUNCES
    assert bring(world, upper, report("4.2.2", "delayed")) == 250, "a relay may change the case"


def test_three_soft_bounces_within_a_fortnight(world):
    member = enrol(world, "soft")
    for turn in range(3):
        assert suppressed(world, "soft@example.org") == []
        notification = sent(world, member_id=member)
        ended(world, notification, "sent")
        assert bring(world, token(notification), report("5.2.2", said="552 5.2.2 mailbox full")) == 250
        assert lines(world, notification) == ["bounced_soft"]
        if turn == 0:
            world.sql("UPDATE analytics.notification_soft_bounces SET at = at - interval '15 days'")
    assert suppressed(world, "soft@example.org") == [], "one of the three is too long ago"
    notification = sent(world, member_id=member)
    ended(world, notification, "sent")
    assert bring(world, token(notification), report("5.4.4")) == 250
    assert suppressed(world, "soft@example.org") == ["soft_bounce"]


def test_delivered_and_forwarded(world):
    _, notification = arrived(world, "relayed")
    assert bring(world, token(notification), report("2.0.0", "relayed")) == 250
    many = report("4.4.1").replace(b"--B--", b"Final-Recipient: rfc822; b@example.org\r\nAction: failed\r\nStatus: 4.4.1\r\n\r\n"
                                             b"Final-Recipient: rfc822; c@example.org\r\nAction: failed\r\nStatus: 4.4.1\r\n\r\n--B--")
    assert bring(world, token(notification), many) == 250
    assert lines(world, notification) == ["delivered", "bounced_soft"], "an address that forwards to three is one address"
    assert told(world, notification)["engagement"] == "delivered" and onward(world, "relayed", notification) == []


def test_a_complaint_is_lifted_by_an_opt_in_only(world):
    """It comes to the token's address, or to the one that a feedback loop knows; then the report carries the token."""
    member, notification = arrived(world, "annoyed")
    assert bring(world, token(notification), report("5.1.1")) == 250
    assert suppressed(world, "annoyed@example.org") == ["hard_bounce"]
    assert bring(world, "complaints@" + BOUNCES, complaint(token(notification)), "fbl@isp.example") == 250
    assert lines(world, notification) == ["bounced_hard", "complained"] and suppressed(world, "annoyed@example.org") == ["complaint"]
    lift = {"channel": "email", "address": "annoyed@example.org"}
    assert request(world, "POST", "/notification-suppressions/lift", lift).status == 409
    assert request(world, "POST", "/notification-suppressions/lift", {**lift, "opted_in": True}).json["lifted"] == "complaint"
    unproven = counted(world, "unproven")
    assert bring(world, "complaints@" + BOUNCES, complaint("somebody@example.org"), "fbl@isp.example") == 550
    assert bring(world, "complaints@" + BOUNCES, report("5.1.1")) == 550 and counted(world, "unproven") == unproven + 2
    assert bring(world, token(notification), complaint(token(notification), "not-spam")) == 250
    assert suppressed(world, "annoyed@example.org") == []


def test_other_mail_is_dropped_and_counted(world):
    _, notification = arrived(world, "onholiday")
    others = counted(world, "other")
    away = b"From: onholiday@example.org\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\nBack on Monday, 5.1.1 am.\r\n"
    assert bring(world, token(notification), away) == 250 and bring(world, token(notification), b"\r\n") == 250
    assert counted(world, "other") == others + 2 and lines(world, notification) == []


def test_a_mail_to_the_unsubscribe_address(world):
    member, notification = arrived(world, "leaves", category="tier")
    assert bring(world, token(notification, "unsubscribe+"), b"Subject: stop\r\n\r\n") == 250, "the null sender is no person"
    assert lines(world, notification) == []
    for _ in range(2):
        assert bring(world, token(notification, "unsubscribe+"), b"Subject: stop\r\n\r\n", "leaves@example.org") == 250
    assert lines(world, notification) == ["unsubscribed"]
    preferences = request(world, "GET", f"/notifications/{member}/preferences", role="admin").json
    assert preferences["categories"]["tier"]["email"] is False and preferences["categories"]["account"]["email"] is True
    assert world.sql("SELECT way FROM analytics.notification_preference_changes WHERE member_id = %s", member) == [("unsubscribe_mail",)]
    assert ended(world, sent(world, member_id=member, category="tier", channels=["email"]), "dropped")["reason"] == "not_wanted"


def test_an_unsubscription_by_mail_is_acknowledged_behind_what_is_under_way(world):
    """The answer waits for a mail of the member that is being handed over; other mails that come back do not wait for it."""
    member, notification = arrived(world, "parting", category="tier")
    address, answers = "parting@example.org", []
    world.receiver.open = False
    other = sent(world, member_id=member, category="tier", channels=["email"])
    until(lambda: world.receiver.waiting, what="a mail under way")
    leaving = threading.Thread(target=lambda: answers.append(bring(world, token(notification, "unsubscribe+"), b"Subject: stop\r\n\r\n", address)))
    leaving.start()
    until(lambda: not request(world, "GET", f"/notifications/{member}/preferences", role="admin").json["categories"]["tier"]["email"])
    assert bring(world, token(notification), b"\r\n") == 250 and answers == []
    world.receiver.open = True
    leaving.join(30)
    assert answers == [250] and told(world, other)["status"] == "sent"


def test_bytes_that_are_no_text_are_stored_as_such(world):
    _, notification = arrived(world, "bytes")
    mail = report("5.1.1", said="550 5.1.1 caf\xe9").replace("caf\xe9".encode(), b"caf\xe9 \xff\xfe\x00 x")
    assert bring(world, token(notification), mail) == 250
    line, = [line for line in told(world, notification)["log"] if line["what"] == "bounced_hard"]
    assert line["detail"] == "5.1.1 550 5.1.1 caf? ??  x by mx.example.net"


def test_whoever_has_a_token_may_not_fill_the_log(world):
    _, notification = arrived(world, "flood")
    with smtplib.LMTP("127.0.0.1", world.back, timeout=60) as client:
        for turn in range(250):
            client.sendmail("", [token(notification)], report("4.4.1", "delayed", arrival=str(turn)))
    assert world.sql("SELECT count(*) FROM analytics.notification_logs WHERE notification_id = %s", notification) == [(200,)]
    assert counted(world, "too_much") >= 50


def test_nothing_is_acknowledged_that_is_not_stored(world):
    member, notification = arrived(world, "later")
    later = counted(world, "later")
    with world.away("postgres"):
        assert bring(world, token(notification), report("5.1.1")) == 451
    until(lambda: bring(world, token(notification), report("5.1.1")) == 250)
    assert lines(world, notification) == ["bounced_hard"] and counted(world, "later") > later


# --- onward ------------------------------------------------------------------------------------------


def onward(system, member, notification):
    """The notification that took over from this one."""
    log = request(system, "GET", f"/notifications/{member}/log", role="admin").json["notifications"]
    return [n["notification_id"] for n in log if n.get("cause") == {"notification_id": notification}]


def devices(name):
    return {"push_tokens": [{"platform": "fcm", "token": f"device-of-{name}"}]}


def test_an_urgent_message_goes_on_over_the_next_channel(world):
    member, notification = arrived(world, "onward", enrolled=devices("onward"))
    for arrival in ("1", "2"):
        assert bring(world, token(notification), report("5.1.1", arrival=arrival)) == 250
    second, = onward(world, member, notification)
    done = ended(world, second, "sent")
    assert (done["channel"], done["asked_by"], done["priority"]) == ("push", "escalation", "transactional")
    assert [m["token"] for m in world.fcm.messages if m["token"] == "device-of-onward"] == ["device-of-onward"]
    first = told(world, notification)
    assert (first["status"], first["engagement"]) == ("sent", "bounced_hard"), "its own end stays what it was"
    assert [line["code"] for line in first["log"] if line["what"] == "escalated"] == [second]
    assert world.sql("SELECT count(*) FROM analytics.event_log WHERE type = 'NotificationSentEvent' AND member_id = 'onward'") == [(2,)]


def test_given_up_and_refused_go_on_too_but_a_delay_does_not(world):
    for name, status, action, goes in (("givenup", "4.4.7", "failed", 1), ("policies", "5.7.1", "failed", 1), ("delays", "4.4.1", "delayed", 0)):
        member, notification = arrived(world, name, enrolled=devices(name))
        assert bring(world, token(notification), report(status, action)) == 250
        assert len(onward(world, member, notification)) == goes, name


@pytest.mark.parametrize("why", ["not urgent", "an offer", "expired", "too old", "no channel left", "was seen"])
def test_what_does_not_go_on(world, why):
    name = "stays-" + why.replace(" ", "-")
    asked = {"not urgent": {"category": "tier"}, "an offer": {"category": "promotions", "priority": "critical"},
             "no channel left": {"channels": ["email"]}, "expired": {"expires_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))}}
    member, notification = arrived(world, name, enrolled=devices(name), **asked.get(why, {}))
    if why == "expired":
        world.sql("UPDATE analytics.notifications SET expires_at = now() WHERE notification_id = %s", notification)
    if why == "too old":
        world.sql("UPDATE analytics.notifications SET created_at = now() - interval '3 days' WHERE notification_id = %s", notification)
    if why == "was seen":
        world.sql("UPDATE analytics.notifications SET engagement = 1 << 10 WHERE notification_id = %s", notification)
    assert bring(world, token(notification), report("5.1.1")) == 250
    assert lines(world, notification) == ["bounced_hard"] and onward(world, member, notification) == []


def test_a_mail_that_came_back_after_the_message_went_by_push(world):
    """The mail was tried, then the message went to a device: the device's token is not the mail's address."""
    member, notification = arrived(world, "changed", enrolled=devices("changed"))
    world.sql("UPDATE analytics.notifications SET channel = 1, address = 'device-of-changed' WHERE notification_id = %s", notification)
    assert bring(world, token(notification), report("5.1.1")) == 250
    assert told(world, notification)["log"][-1]["channel"] == "email" and onward(world, member, notification) == []
    found = request(world, "GET", "/notification-suppressions?channel=push&address=device-of-changed", role="admin").json["suppressions"]
    assert found == []


def test_a_report_that_is_faster_than_our_own_record(world):
    """While the sending is not written down, the report waits; if that takes too long, its relay keeps it."""
    member, notification = arrived(world, "fast")
    world.sql("UPDATE analytics.notifications SET status = 3, leased_until = now() + interval '1 hour' WHERE notification_id = %s", notification)
    begin = time.monotonic()
    assert bring(world, token(notification), report("5.1.1")) == 451 and time.monotonic() - begin > 4
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(bring(world, token(notification), report("5.1.1"))))
    waiting.start()
    world.sql("UPDATE analytics.notifications SET status = 4 WHERE notification_id = %s", notification)
    waiting.join(30)
    assert answers == [250] and lines(world, notification) == ["bounced_hard"] and suppressed(world, "fast@example.org") == ["hard_bounce"]


# --- hostile peers, several instances, settings ------------------------------------------------------


def dial(system):
    made = socket.create_connection(("127.0.0.1", system.back), 30)
    assert made.recv(100).startswith(b"220 ")
    return made


def heard(made):
    """Everything until the daemon closes; who is sent away with words unread by the daemon may not get its last ones."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := made.recv(65536):
            said += piece
    return said


def test_hostile_peers_are_sent_away_and_others_are_served(world):
    _, notification = arrived(world, "beside")
    to = token(notification).encode()
    begin = b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<" + to + b">\r\n"
    slow, idle, deaf = dial(world), dial(world), dial(world)
    slow.sendall(b"LHLO x\r\nNOO")                     # and then a byte now and then
    with contextlib.suppress(OSError):
        deaf.settimeout(2)
        deaf.sendall(b"LHLO x\r\n" * 200 + b"NOOP\r\n" * 10000000)   # reads nothing
    for said in (b"RCPT TO:<" + to + b">\r\n", b"x" * 5000, b"NOOP\0\r\n", b"NOOP\r\n", b"MAIL FROM:<>\r\nRSET\r\n"):
        with dial(world) as flood, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            flood.sendall(begin + said * 2000)
            assert heard(flood).count(b"\r\n") < 600
    for mail, code in ((b"x" * 1100000, 552), (b"X-Filler: y\r\n" * 10000 + b"\r\n" + report("4.4.1", "delayed"), 250),
                       (b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(5000)), 250),
                       (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 100000, 250), (bytes(range(256)) * 100, 250)):
        assert bring(world, token(notification), mail) == code, mail[:40]
    with dial(world) as unannounced:
        unannounced.sendall(begin + b"DATA\r\n" + b"x" * 1100000 + b"\r\n.\r\nQUIT\r\n")
        assert b"552 5.3.4" in heard(unannounced)
    with contextlib.suppress(OSError):
        for byte in b"P" * 100:
            slow.sendall(bytes([byte]))
            time.sleep(0.05)   # the peer's slowness, not a wait for anything
    assert b"421 4.4.2 Too slow" in heard(slow) and b"421 4.4.2 Too slow" in heard(idle)
    for peer in (slow, idle, deaf):
        peer.close()
    assert bring(world, token(notification), report("5.1.1")) == 250 and "bounced_hard" in lines(world, notification)
    assert world.get("/healthz", role=None).status == 200 and world.log("notification-1").count(" ready ") == 1


def test_more_connections_than_allowed(world):
    crowd = [dial(world) for _ in range(20)]
    with socket.create_connection(("127.0.0.1", world.back), 30) as late:
        assert heard(late).startswith(b"421 4.3.2")
    for one in crowd:
        one.close()
    _, notification = arrived(world, "aftercrowd")
    until(lambda: answered(world, notification))


def answered(system, notification):
    with contextlib.suppress(smtplib.SMTPException, OSError):
        return bring(system, token(notification), report("2.0.0", "delivered")) == 250
    return False


def test_another_instance_takes_over(tmp_path):
    """A unix socket, in a folder whose group is the relay's: one instance listens, and when it dies the other does."""
    folder = make_folder()
    path = folder / "bounces.sock"
    with refusing() as receiver:
        system = System("--instances", "2", *settings(tmp_path, receiver.port, bounce_domain=BOUNCES, bounce_listen=f"unix:{path}"))
        try:
            request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
            notification = sent(system, member_id=enrol(system, "over"))
            ended(system, notification, "sent")

            def brought(mail):
                with contextlib.suppress(OSError, smtplib.SMTPException), smtplib.LMTP(str(path), timeout=30) as client:
                    return client.sendmail("", [token(notification)], mail) == {}
                return False

            assert brought(report("4.4.1", "delayed")) and path.stat().st_mode & 0o777 == 0o660
            listening = [n for n in ("notification-1", "notification-2") if "mails that come back are taken" in system.log(n)]
            assert len(listening) == 1
            system.kill("notification", listening[0][-1])
            until(lambda: brought(report("5.1.1")), what="the other instance")
            assert lines(system, notification) == ["deferred", "bounced_hard"]
        finally:
            system.remove()
            shutil.rmtree(folder)


@pytest.mark.parametrize("rows, said", [
    ({"AE_BOUNCE_LISTEN": "127.0.0.1:0"}, "bounce_listen: needs bounce_domain and secret_file"),
    ({"AE_BOUNCE_LISTEN": "0.0.0.0:24", "AE_BOUNCE_DOMAIN": BOUNCES, "AE_SECRET_FILE": "SECRET"}, "bounce_listen: the address is not"),
    ({"AE_BOUNCE_LISTEN": "unix:/nowhere/at/all", "AE_BOUNCE_DOMAIN": BOUNCES, "AE_SECRET_FILE": "SECRET"}, "bounce_listen: cannot listen: No such file"),
])
def test_settings_that_cannot_work_are_named(rows, said, tmp_path):
    (tmp_path / "secret").write_bytes(SECRET)
    given = {k: str(tmp_path / "secret") if v == "SECRET" else v for k, v in rows.items()}
    done = subprocess.run([BUILD / "bin" / "ae-notification"], env={**os.environ, **given}, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and said in done.stderr
