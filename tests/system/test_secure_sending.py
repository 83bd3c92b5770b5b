"""The whole daemon with TLS, AUTH and DKIM: what arrives is signed, what cannot be trusted is not sent, and no log tells secrets or persons."""
import email
import email.policy
import json
import re
import secrets

import pytest
from conftest import System, until
from test_email_driver import keys, relay, verified  # noqa: F401
from test_sending import WELCOME, ended, enrol, request, sent, told



def rows(**named):
    return [word for name, value in named.items() for word in ("--set", f"notification.{name}={value}")]


@pytest.fixture
def world(relay, keys, tmp_path):  # noqa: F811
    """A system whose every credential is a word of its own."""
    words = {name: secrets.token_hex(16) for name in ("secret", "slack", "mailgun", "postmark")}
    for name, word in words.items():
        (tmp_path / name).write_text(word + "\n")
    (tmp_path / "password").write_text(relay.settings["password"] + "\n")
    relay.script, relay.mails[:] = {}, []
    dkim, dns = keys
    system = System("--set", "notification.log_level=debug", "--set", "gateway.log_level=debug", *rows(
        smtp_url=relay.settings["url"], smtp_ca_file=relay.settings["ca_file"], smtp_user="relay user", smtp_password_file=tmp_path / "password",
        mail_from="hello@shop.example.com", mail_domain="example.com", bounce_domain="bounces.example.com", dkim_selector="rsa", dkim_key=dkim / "rsa.pem",
        secret_file=tmp_path / "secret", public_url="https://go.example.com", slack_secret_file=tmp_path / "slack",
        mailgun_key_file=tmp_path / "mailgun", postmark_user="postmark-user", postmark_password_file=tmp_path / "postmark"))
    try:
        assert request(system, "PUT", "/notification-templates/welcome", WELCOME).status == 200
        yield system, relay, dns, words
    finally:
        system.remove()


def test_what_arrives_is_encrypted_signed_and_meant(world):
    system, relay, dns, _ = world  # noqa: F811
    member = enrol(system, "signed", name="Ada\r\nBcc: spy@example.net")
    notification = sent(system, member_id=member, category="tier")
    ended(system, notification, "sent")
    (sender, recipients, mail), = relay.mails
    assert recipients == ["signed@example.org"] and re.fullmatch(r"b\+[a-z0-9]+@bounces\.example\.com", sender)
    assert verified(mail, dns) == (1, 1) and verified(mail.replace(b"points", b"pounds"), dns) == (0, 1)
    head = email.message_from_bytes(mail, policy=email.policy.default)
    assert head["Bcc"] is None and head["Subject"].startswith("120 points for Ada") and head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_password_that_is_wrong_sends_nothing(world, tmp_path):
    system, relay, *_ = world  # noqa: F811
    member = enrol(system, "unsent")
    (tmp_path / "password").write_text("guessed-password\n")
    system.restart("notification")
    until(lambda: request(system, "GET", "/notification-queue").status == 200)
    notification = sent(system, member_id=member)
    line = until(lambda: [x for x in told(system, notification)["log"] if x["what"] == "deferred"])[0]
    assert line["code"] == "smtp_535" and not relay.mails, line
    assert "guessed-password" not in json.dumps(told(system, notification)) and "guessed-password" not in system.logs(1 << 20)


def test_logs_tell_neither_secrets_nor_persons(world):
    """A story with refusals, wrong signatures, odd bodies and a template that breaks, all at the level debug."""
    system, relay, _, words = world  # noqa: F811
    member = enrol(system, "nameless", name="Wilhelmina Vanderbilt")
    notification = sent(system, member_id=member, category="tier", variables={"points": 424242})
    ended(system, notification, "sent")
    mail = relay.mails[-1][2].decode()
    token = re.search(r"go\.example\.com/u/([\w-]+)", mail)[1]
    envelope = relay.mails[-1][0]
    relay.script = {"RCPT": "550 5.1.1 nameless@example.org is unknown here"}
    ended(system, sent(system, member_id=member), "dropped")
    relay.script = {}
    basic = {"Content-Type": "application/json", "Authorization": "Basic " + secrets.token_hex(12)}
    for provider in ("postmark", "mailgun", "slack", "sendgrid", "ses"):
        system.request("POST", f"/notifications/webhooks/{provider}", role=None, data=b'{"Email": "nameless@example.org"}', headers=basic)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert system.request("GET", f"/u/{token}/preferences", role=None).status == 200
    assert system.request("POST", f"/u/{token}", role=None, data=b"List-Unsubscribe=One-Click", headers=form).status == 200
    assert system.request("GET", f"/u/{token[:-2]}xx", role=None).status == 404
    change = {"addresses": {"email": "wilhelmina@private.example", "push": []}, "locale": "de"}
    assert request(system, "PATCH", f"/notifications/{member}/preferences", change, headers={"If-Match": "*"}).status == 200
    request(system, "PATCH", f"/notifications/{member}/preferences", {"addresses": {"email": "no address of wilhelmina@private.example"}}, headers={"If-Match": "*"})
    request(system, "PUT", "/notification-suppressions", {"channel": "email", "address": "suppressed@private.example", "detail": "by hand"})
    request(system, "POST", "/notifications/send", {"member_id": member, "variables": {"points": "wilhelmina@private.example"}}, headers={"Idempotency-Key": "odd"})
    ended(system, sent(system, member_id=member, category="account"), "sent")
    logs = {p.name: p.read_text(errors="replace") for p in (system.dir / "log").glob("*.log")}
    assert "operation=post_unsubscribe" in logs["gateway.log"] and logs["notification-1.log"]
    forbidden = [*words.values(), relay.settings["password"], "relay user", token, envelope, basic["Authorization"][6:], system.token("admin"),
                 "nameless@", "private.example", "wilhelmina", "vanderbilt", "424242"]
    for name, text in logs.items():
        for word in forbidden:
            assert word.lower() not in text.lower(), f"{name} tells {word}"
