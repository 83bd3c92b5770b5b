"""What providers tell by webhook, through the gateway: signed as each of them signs, booked once, refused when anything is changed."""
import base64
import datetime
import hmac
import http.server
import json
import ssl
import subprocess
import threading
import time
import urllib.parse

import pytest
from conftest import System, until
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from test_sending import WELCOME, ended, enrol, request, sent, settings, sink, told  # noqa: F401

TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"
SNS = "sns.eu-west-1.amazonaws.com"
SLACK_SECRET = "slack-signing-secret"


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Amazon(http.server.ThreadingHTTPServer):
    """The way out, and SNS behind it: CONNECT is answered by SNS's own TLS, with a certificate of the tests' CA."""

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.asked, self.hosts = [], []
        self.ca = folder / "sns-ca.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "sns-ca.key", "-out", self.ca, "-days", "2", "-subj", "/CN=CA of SNS")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "sns.key", "-out", folder / "sns.req", "-subj", f"/CN={SNS}")
        (folder / "sns.names").write_text(f"subjectAltName=DNS:{SNS}\n")
        openssl("x509", "-req", "-in", folder / "sns.req", "-CA", self.ca, "-CAkey", folder / "sns-ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", folder / "sns.names", "-out", folder / "sns.pem")
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(folder / "sns.pem", folder / "sns.key")
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        (folder / "signing.key").write_bytes(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        openssl("req", "-x509", "-key", folder / "signing.key", "-out", folder / "signing.pem", "-days", "2", "-subj", f"/CN={SNS}")
        self.signing = (folder / "signing.pem").read_bytes()


class Tunnel(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        self.server.hosts.append(self.path)
        self.send_response(200)
        self.end_headers()
        try:
            inside = self.server.tls.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):
            return
        path = inside.recv(65536).split()[1].decode()
        self.server.asked.append(path)
        body = self.server.signing if path.endswith(".pem") else b"<ConfirmSubscriptionResponse/>"
        inside.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        inside.close()
        self.close_connection = True


@pytest.fixture(scope="module")
def amazon(tmp_path_factory):
    made = Amazon(tmp_path_factory.mktemp("amazon"))
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()


@pytest.fixture(scope="module")
def sendgrid_key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def sender(sink, amazon, sendgrid_key, tmp_path_factory):  # noqa: F811
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "slack").write_text(SLACK_SECRET + "\n")
    public = sendgrid_key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    made = System(*settings(folder, sink.port, sendgrid_key=base64.b64encode(public).decode(), sns_topics=TOPIC, sns_ca_file=amazon.ca,
                            egress_proxy=f"http://127.0.0.1:{amazon.server_port}", slack_secret_file=folder / "slack"))
    assert request(made, "PUT", "/notification-templates/welcome", WELCOME, role="admin").status == 200
    yield made
    made.remove()


def mailed(system, member):
    notification = sent(system, member_id=enrol(system, member))
    ended(system, notification, "sent")
    return notification


def tell(system, provider, body, content="application/json", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return system.request("POST", f"/notifications/webhooks/{provider}", role=None, data=body, headers={"Content-Type": content, **named})


def after(system, notification):
    """What the log tells behind "accepted"."""
    return [line["what"] for line in told(system, notification)["log"]][2:]


def of_log(system, kind, member):
    return system.sql("SELECT body->'data' FROM analytics.event_log WHERE type = 'NotificationEngagementEvent' AND member_id = %s"
                      " AND body->'data'->>'kind' = %s", member, kind)


# --- SendGrid ---------------------------------------------------------------------------------------------------------

def sendgrid(system, key, body, at=None, signed=None):
    stamp = str(int(at or time.time()))
    signature = key.sign(stamp.encode() + (signed or body), ec.ECDSA(hashes.SHA256()))
    return tell(system, "sendgrid", body, X_Twilio_Email_Event_Webhook_Signature=base64.b64encode(signature).decode(),
                X_Twilio_Email_Event_Webhook_Timestamp=stamp)


def test_sendgrid(sender, sendgrid_key):
    notification = mailed(sender, "grid")
    # Its own spelling of JSON, with spaces and a line end: what is signed are the bytes, not what they mean.
    body = (b'[ {"event":"delivered", "email":"grid@example.org","timestamp":%d,"sg_event_id":"g1","smtp-id":"<%s@shop.example.org>"},\r\n'
            b'{"event":"bounce","type":"bounce","email":"grid@example.org","sg_event_id":"g2","notification_id":"%s","status":"5.1.1"} ]\r\n'
            % (int(time.time()), notification.encode(), notification.encode()))
    assert sendgrid(sender, sendgrid_key, body, signed=json.dumps(json.loads(body)).encode()).status == 403
    assert sendgrid(sender, sendgrid_key, body, at=time.time() - 310).status == 403, "old news may be a replay"
    assert sendgrid(sender, ec.generate_private_key(ec.SECP256R1()), body).status == 403
    assert tell(sender, "sendgrid", body).status == 403 and after(sender, notification) == []
    for _ in range(2):
        assert sendgrid(sender, sendgrid_key, body).json == {"taken": 2, "ignored": 0}
    assert after(sender, notification)[:2] == ["delivered", "bounced_hard"]
    assert len(of_log(sender, "delivered", "grid")) == 1, "told twice, booked once"
    again = ended(sender, sent(sender, member_id="grid", channels=["email"], priority="critical"), "dropped")
    assert again["reason"] == "suppressed"


# --- Amazon SES, by SNS -------------------------------------------------------------------------------------------------

def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def sns(amazon, version="2", **fields):
    """A message as SNS makes it, signed over its lines in order."""
    made = {"Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Timestamp": now(), "SignatureVersion": version,
            "SigningCertURL": f"https://{SNS}/SimpleNotificationService-1.pem", **fields}
    names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{n}\n{made[n]}\n" for n in names if n in made)
    digest = hashes.SHA1() if version == "1" else hashes.SHA256()
    made["Signature"] = base64.b64encode(amazon.key.sign(text.encode(), padding.PKCS1v15(), digest)).decode()
    return made


def ses(system, message):
    return tell(system, "ses", json.dumps(message).encode(), "text/plain; charset=UTF-8")


def test_ses_confirms_its_subscription_where_sns_is(sender, amazon):
    where = f"https://{SNS}/?Action=ConfirmSubscription&Token=t-1"
    asks = {"Type": "SubscriptionConfirmation", "Token": "t-1", "Message": "You have chosen to subscribe"}
    elsewhere = ses(sender, sns(amazon, SubscribeURL="https://sns.eu-west-1.amazonaws.com.example.org/", **asks))
    assert elsewhere.status == 403 and not any("Action" in path for path in amazon.asked)
    assert ses(sender, sns(amazon, SubscribeURL=where, **asks)).status == 200
    until(lambda: "/?Action=ConfirmSubscription&Token=t-1" in amazon.asked)
    assert set(amazon.hosts) == {f"{SNS}:443"}


@pytest.mark.parametrize("version", ["1", "2"])
def test_ses(sender, amazon, version):
    member = f"ses{version}"
    notification = mailed(sender, member)
    told_by_ses = {"eventType": "Delivery", "mail": {"timestamp": now(), "destination": [f"{member}@example.org"], "tags": {"notification_id": [notification]}},
                   "delivery": {"timestamp": now(), "recipients": [f"{member}@example.org"], "smtpResponse": "250 ok"}}
    message = sns(amazon, version, Message=json.dumps(told_by_ses), MessageId=f"m-{member}")
    for change in ({"Message": message["Message"].replace("Delivery", "Complaint")}, {"TopicArn": TOPIC + "x"}, {"SignatureVersion": "3"},
                   {"SigningCertURL": f"https://{SNS}.example.org/a.pem"}, {"Signature": ""}, {"Timestamp": "2026-01-01T00:00:00.000Z"}):
        assert ses(sender, {**message, **change}).status == 403, change
    assert after(sender, notification) == []
    for _ in range(2):
        assert ses(sender, message).json == {"taken": 1, "ignored": 0}
    assert after(sender, notification) == ["delivered"] and len(of_log(sender, "delivered", member)) == 1
    complaint = {**told_by_ses, "eventType": "Complaint", "complaint": {"timestamp": now(), "complainedRecipients": [{"emailAddress": f"{member}@example.org"}]}}
    assert ses(sender, sns(amazon, version, Message=json.dumps(complaint), MessageId=f"c-{member}")).json["taken"] == 1
    assert ended(sender, sent(sender, member_id=member, channels=["email"]), "dropped")["reason"] == "suppressed"


# --- Slack --------------------------------------------------------------------------------------------------------------

def slack(system, body, at=None, secret=SLACK_SECRET, content="application/x-www-form-urlencoded"):
    stamp = str(int(at or time.time()))
    signature = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, "sha256").hexdigest()
    return tell(system, "slack", body, content, X_Slack_Signature=signature, X_Slack_Request_Timestamp=stamp)


def tap(notification, **more):
    action = {"type": "button", "action_id": "ae_open", "action_ts": f"{time.time():.6f}", **more}
    return b"payload=" + urllib.parse.quote_plus(json.dumps({"type": "block_actions", "user": {"id": "U1"}, "actions": [action], **notification})).encode()


def test_a_tap_on_slacks_button_is_a_click(sender):
    """Of messages by the Web API the metadata says which; the button's value says it of all."""
    first, second = mailed(sender, "tapped"), mailed(sender, "tapped2")
    body = tap({"message": {"metadata": {"event_type": "ae_notification", "event_payload": {"notification_id": first}}}})
    assert slack(sender, body, at=time.time() - 310).status == slack(sender, body, at=time.time() + 310).status == 403
    assert slack(sender, body, secret="guess").status == tell(sender, "slack", body, "application/x-www-form-urlencoded").status == 403
    assert after(sender, first) == []
    begun = time.monotonic()
    for _ in range(2):
        assert slack(sender, body).json == {"taken": 1, "ignored": 0}
    assert time.monotonic() - begun < 3, "Slack shows an error to whoever tapped after 3 s"
    assert after(sender, first) == ["clicked"] and len(of_log(sender, "clicked", "tapped")) == 1
    assert slack(sender, tap({}, value=second)).json["taken"] == 1 and after(sender, second) == ["clicked"]
    own = tap({"message": {"metadata": {"event_payload": {"notification_id": second}}}}, value="a value of its own")
    assert slack(sender, own).json["taken"] == 1 and after(sender, second) == ["clicked", "clicked"]
    assert slack(sender, tap({}, action_id="somebody_elses")).json == {"taken": 0, "ignored": 1}


def test_slack_tries_a_new_address(sender):
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRN"}).encode()
    reply = slack(sender, body, content="application/json")
    assert (reply.status, reply.text) == (200, "3eZbrw1aBm2rZgRN") and reply.headers["Content-Type"].startswith("text/plain")
    assert slack(sender, body, secret="guess", content="application/json").status == 403


# --- all ----------------------------------------------------------------------------------------------------------------

def test_without_its_key_a_webhook_is_closed(sender):
    """Mailgun's and Postmark's own stories are in test_sending.py; here is what holds for all."""
    for provider in ("sendgrid", "mailgun", "ses", "postmark", "slack"):
        for body in (b"", b"{", b"[]", b"\xff\xfe", b'{"signature":{}}', b"payload=%zz"):
            assert tell(sender, provider, body).status == 403, (provider, body)
    assert tell(sender, "acme", b"{}").status == 404
    assert tell(sender, "slack", b"x" * (1 << 20) + b"y").status == 413
    assert tell(sender, "slack", b"<a/>", "application/xml").status == 415
    assert sender.get("/notifications/webhooks/slack", role=None).status == 405
