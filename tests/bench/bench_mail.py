"""Mails to smtp-sink, of Debian's postfix: bulk rate, urgent ones beside it, memory."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request

from rig import BUILD, ROOT, Row, System, say, sized

sys.path.insert(0, str(ROOT / "tests" / "lib"))
from postfix import smtp_sink  # noqa: E402

CONNECTIONS = 16
MAIL = "From: bench@shop.example.org\r\nTo: somebody@example.org\r\nSubject: bench\r\nMIME-Version: 1.0\r\n\r\n"


def start_sink():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    program, environment = smtp_sink()
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "200"], stderr=subprocess.DEVNULL, env=environment)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, port
        except OSError:
            time.sleep(0.05)


def call(s, method, path, body, **headers):
    request = urllib.request.Request(s.url + path, json.dumps(body).encode(), {"Content-Type": "application/json", "Authorization": f"Bearer {s.token}",
                                                                                **headers}, method=method)
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def settings(folder, port):
    (folder / "secret").write_text("0123456789abcdef0123456789abcdef")
    subprocess.run(["openssl", "genrsa", "-out", folder / "dkim.pem", "2048"], check=True, capture_output=True)
    for name in ("secret", "dkim.pem"):
        (folder / name).chmod(0o644)
    rows = {"smtp_url": f"smtp://127.0.0.1:{port}", "smtp_plain": "yes", "mail_from": "bench@shop.example.org", "mail_domain": "shop.example.org",
            "secret_file": folder / "secret", "public_url": "https://go.example.org", "dkim_selector": "s1", "dkim_key": folder / "dkim.pem",
            "connections": CONNECTIONS, "cap_day": 0, "cap_week": 0, "cap_category_day": 0, "cap_category_week": 0}
    return [w for k, v in rows.items() for w in ("--set", f"notification.{k}={v}")]


def seed_members(s, count):
    s.sql("INSERT INTO analytics.notification_preferences (member_id, profile, profile_time) SELECT 'b' || i, json_build_object('name', 'Ada Byron', "
          "'email', 'b' || i || '@example.org', 'locale', 'en', 'time_zone', 'UTC', 'consents', json_build_object('marketing', true)), now() "
          f"FROM generate_series(1, {count}) i")


def campaign(s, count, key, priority="bulk"):
    for start in range(1, count + 1, 1000):
        call(s, "POST", "/notifications/send", {"members": [f"b{i}" for i in range(start, min(start + 1000, count + 1))], "category": "promotions",
             "template": "alert", "variables": {"kind": "offer", "suggested_action": "Have a look. " * 20}, "channels": ["email"],
             "priority": priority}, **{"Idempotency-Key": f"{key}-{start}"})


def drained(s, goal, seconds=600):
    """Until nothing is due any more; looking costs next to nothing, since the system shares the cores."""
    end = time.monotonic() + seconds
    while s.sql("SELECT EXISTS (SELECT FROM analytics.notifications WHERE stage = 0)")[0][0]:
        if time.monotonic() > end:
            raise SystemExit(f"bench mail: not drained after {seconds} s")
        time.sleep(0.1)
    sent = s.sql("SELECT count(*) FROM analytics.notifications WHERE status = 4")[0][0]
    if sent != goal:
        raise SystemExit(f"bench mail: {sent} sent, not {goal}")


def signature(folder):
    """Microseconds for one DKIM signature of a mail of 10 KB, which needs a core to itself."""
    return float(subprocess.run([BUILD / "tests/lib/email_probe", "time", folder / "dkim.pem", "1000"], check=True, capture_output=True,
                                text=True).stdout)


def bare(port, folder, mails, size):
    file = folder / "mail.eml"
    file.write_text(MAIL + ("x" * 70 + "\r\n") * (size // 72))
    return float(subprocess.run([BUILD / "tests/bench/ae-mail", f"smtp://127.0.0.1:{port}/bench", str(mails), str(CONNECTIONS), file], check=True,
                                capture_output=True, text=True).stdout)


def bulk(s, port, folder, members, instances):
    before = bare(port, folder, members, 6000)
    campaign(s, 1000, "warm")
    drained(s, 1000)
    begin = time.monotonic()
    campaign(s, members, "bulk")
    drained(s, 1000 + members)
    rate = members / (time.monotonic() - begin)
    control = (before + bare(port, folder, members, 6000)) / 2
    name = f"bulk mail / bare libcurl, {instances} instance{'s' if instances > 1 else ''}"
    return Row(name, rate / control, "", ("at least", 0.5), f"{control:,.0f}/s",
               f"{rate:,.0f}/s, DKIM, rendered, {members:,} mails; a signature takes {signature(folder):,.0f} us")


def urgent(s, members, seconds):
    """200 events a second, each routed to a mail, while a campaign is in the queue."""
    call(s, "PUT", "/notification-routes/bench", {"event_type": "TierAdvancedEvent", "template": "alert", "category": "tier"})
    threading.Thread(target=campaign, args=(s, members, "beside")).start()
    begin = time.monotonic()
    for turn in range(seconds * 20):
        events = [{"specversion": "1.0", "type": "TierAdvancedEvent", "source": "/bench", "id": f"u{turn}-{k}", "subject": f"b{(turn * 10 + k) % members + 1}",
                   "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                   "data": {"member_id": f"b{(turn * 10 + k) % members + 1}", "kind": "tier_advanced", "to_tier": "gold", "effective_at": "2026-01-01T00:00:00Z"}} for k in range(10)]
        if call(s, "POST", "/events", events, **{"Content-Type": "application/cloudevents-batch+json"})["rejected"]:
            raise SystemExit("bench mail: events were rejected")
        time.sleep(max(0, begin + (turn + 1) / 20 - time.monotonic()))
    backlog = s.sql("SELECT count(*) FROM analytics.notifications WHERE priority = 3 AND status < 4")[0][0]
    wanted = seconds * 200
    end = time.monotonic() + 60
    query = ("SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY d), percentile_cont(0.99) WITHIN GROUP (ORDER BY d) FROM (SELECT extract(epoch "
             "FROM n.sent_at - e.received_at) * 1000 AS d FROM analytics.notifications n JOIN analytics.event_log e ON e.member_id = n.member_id "
             "AND e.type = 'TierAdvancedEvent' AND e.body ->> 'id' = n.cause ->> 'event_id' WHERE n.client = 'route:bench' AND n.status = 4) t")
    while (row := s.sql(query)[0])[0] < wanted and time.monotonic() < end:
        time.sleep(0.5)
    return Row("event to accepted mail, 200/s beside a campaign, p99", float(row[2]), "ms", ("below", 1000), f"median {float(row[1]):,.0f} ms",
               f"{row[0]:,} of {wanted:,}; campaign of {members:,}, {backlog:,} still queued at the end")


def memory(s, count):
    s.sql("INSERT INTO analytics.notifications (notification_id, member_id, priority, category, template, template_version, client, due_at) "
          f"SELECT 'Q' || lpad(i::text, 25, '0'), 'b' || i % 1000 + 1, 3, 'promotions', 'alert', 1, 'bench', now() + interval '1 day' FROM generate_series(1, {count}) i")
    s.sql("ANALYZE analytics.notifications")
    call(s, "POST", "/notifications/send", {"member_id": "b1", "category": "account", "template": "alert", "variables": {"kind": "x"}},
         **{"Idempotency-Key": "memory"})
    time.sleep(2)
    status = pathlib.Path(f"/proc/{s.pid('notification-1')}/status").read_text()
    high = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024
    return Row(f"memory of the daemon, {count:,} queued", high, "MB", ("below", 200), "", "largest resident size since its start")


def run():
    sink, port = start_sink()
    folder = pathlib.Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    folder.chmod(0o755)
    members = sized(20_000, 4_000)
    try:
        for instances in (2, 1):
            with System("--instances", str(instances), *settings(folder, port)) as s:
                seed_members(s, max(members, sized(50_000, 10_000)))
                say(f"bulk, {instances} of the daemon")
                yield bulk(s, port, folder, members, instances)
                if instances == 1:
                    say("urgent beside bulk")
                    yield urgent(s, sized(50_000, 10_000), sized(20, 5))
                    yield memory(s, sized(1_000_000, 100_000))
    finally:
        sink.terminate()
        sink.wait()
        shutil.rmtree(folder, ignore_errors=True)
