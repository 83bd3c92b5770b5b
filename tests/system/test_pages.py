"""Stories of the pages behind a mail's links: in a real browser, and by those who are none."""
import base64
import hashlib
import hmac
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import until
from selenium.webdriver.common.keys import Keys
from test_sending import ended, enrol, request, sender, sent, sink, told, token_of  # noqa: F401

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ONE_CLICK = b"List-Unsubscribe=One-Click"
DEVICES = [{"platform": "fcm", "token": "abcdefghijklmnop1234"}, {"platform": "apns", "token": "ab" * 32}]
READER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}
SECRET = b"0123456789abcdef0123456789abcdef"


def mailed(system, sink, member, category="tier", **data):
    """The path of the unsubscribe link in a mail that the member really got."""
    enrol(system, member, **data)
    ended(system, sent(system, member_id=member, category=category, channels=["email"]), "sent")
    return token_of(sink.got(f"{member}@example.org")[-1])


def signed(path, kind=None, expires=None):
    """The same token, made for something else or for another time, with our own key."""
    prefix, token = path.rsplit("/", 1)
    data = bytearray(base64.urlsafe_b64decode(token))
    if kind:
        data[2] = ord(kind)
    if expires is not None:
        data[21:26] = int(expires).to_bytes(5, "big")
    data[26:] = hmac.new(SECRET, bytes(data[:26]), hashlib.sha256).digest()[:16]
    return f"{prefix}/{base64.urlsafe_b64encode(bytes(data)).decode()}"


def holds(system, member):
    return request(system, "GET", f"/notifications/{member}/preferences", role="member", member=member).json


def posted(system, path, body, headers=FORM):
    return system.request("POST", path, data=body, headers=headers, role=None)


def fields(page):
    """What a browser would send of the first form of the page as it stands."""
    form = page.text.split('<form method="post"', 1)[1].split("</form>", 1)[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        at = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if at["type"] in ("hidden", "time") or " checked" in tag:
            found[at["name"]] = at["value"]
    chosen = re.search(r'<option value="([^"]*)" selected', form)
    return {**found, "time_zone": chosen.group(1) if chosen else ""}


# --- in a browser -------------------------------------------------------------------------------------


def test_a_person_changes_a_preference(sender, sink, browser):
    path = mailed(sender, sink, "page-person", locale="de-AT", time_zone="Europe/Vienna", push_tokens=DEVICES)
    browser.open(sender.url + path)
    assert browser.heading() == "Diese Nachrichten abbestellen?" and browser.find("html").get_attribute("lang") == "de"
    browser.press(browser.link("English"))
    assert browser.heading() == "Stop these messages?"
    browser.press(browser.link("Choose what you hear from us"))
    assert browser.heading() == "What you hear from us" and "p…@example.org" in browser.text() and "…1234" in browser.text()
    assert "page-person@" not in browser.driver.page_source and "abcdefghijklmnop" not in browser.driver.page_source

    browser.click("input[name='c.tier.email']")
    browser.click("input[value=weekly]")
    browser.click("input[name=quiet]")
    browser.until(lambda: browser.find("#time_zone").is_displayed(), "the fields of quiet hours")
    browser.find("#time_zone").send_keys("Tokyo")
    browser.click("input[name=tracking_consent]")
    browser.click("input[name=locale][value=en]")
    browser.press(".bar button")
    assert browser.find(".note h2").text == "Saved. This is what changed:"
    assert [li.text for li in browser.all(".note li")] == [
        "Your tier: no more by e-mail", "How often: Once a week, summed up", "Quiet hours: 22:00–08:00, Asia/Tokyo",
        "Language of our messages: English", "We may see whether you open and follow messages: no"]
    now = holds(sender, "page-person")
    assert now["categories"]["tier"] == {"email": False, "push": True, "slack": True}
    assert now["quiet_hours"] == {"from": "22:00", "to": "08:00", "time_zone": "Asia/Tokyo"}
    assert (now["frequency"], now["locale"], now["tracking_consent"], now["version"]) == ("weekly", "en", False, 2)
    rows = sender.sql("SELECT actor, way FROM analytics.notification_preference_changes WHERE member_id = 'page-person'")
    assert len(rows) == 1 and rows[0][0].startswith("link:") and rows[0][1] == "page"
    assert browser.complaints() == []


def test_a_person_unsubscribes_and_changes_her_mind(sender, sink, browser):
    path = mailed(sender, sink, "page-leaves")
    browser.open(sender.url + path)
    assert holds(sender, "page-leaves")["version"] == 1, "a look changes nothing"
    browser.press("button[type=submit]")
    assert browser.heading() == "You are unsubscribed" and "Your tier" in browser.text()
    dropped = ended(sender, sent(sender, member_id="page-leaves", category="tier", channels=["email"]), "dropped")
    assert dropped["reason"] == "not_wanted"
    browser.press("button[type=submit]")
    assert browser.heading() == "You are subscribed again"
    ended(sender, sent(sender, member_id="page-leaves", category="tier", channels=["email"]), "sent")
    browser.press("button[type=submit]")
    browser.press(browser.link("Choose what you hear from us"))
    assert not browser.find("input[name='c.tier.email']").is_selected()
    assert browser.complaints() == [] and len(sink.got("page-leaves@example.org")) == 2


def test_the_keyboard_is_enough(sender, sink, browser):
    path = mailed(sender, sink, "page-keys")
    browser.open(sender.url + path + "/preferences")
    browser.tab_to("input[name='c.milestones.email']")
    browser.type(Keys.SPACE)
    browser.tab_to("input[value=immediate]")
    browser.type(Keys.ARROW_DOWN)
    browser.tab_to("input[name=quiet]")
    browser.type(Keys.SPACE)
    browser.tab_to("#quiet_from")
    browser.type("1130PM")
    outline = browser.driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "one sees where one is"
    browser.tab_to(".bar button")
    browser.enter()
    assert browser.focused().get_attribute("role") == "status", "what happened is read out"
    now = holds(sender, "page-keys")
    assert (now["categories"]["milestones"]["email"], now["frequency"], now["quiet_hours"]["from"]) == (False, "daily", "23:30")


def test_what_is_wrong_stands_beside_the_field(sender, sink, browser):
    path = mailed(sender, sink, "page-wrong")
    browser.open(sender.url + path + "/preferences")
    browser.click("input[name=quiet]")
    browser.click("input[name='c.tier.email']")
    browser.find("#quiet_to").send_keys("1000PM")
    browser.press(".bar button")
    fault = browser.find("#quiet_to_fault")
    assert "Both times are the same" in fault.text
    assert browser.find("#quiet_to").get_attribute("aria-describedby") == "quiet_to_fault"
    assert not browser.find("input[name='c.tier.email']").is_selected(), "what was chosen is still there"
    assert holds(sender, "page-wrong")["version"] == 1
    browser.find("#quiet_to").send_keys("0700AM")
    browser.press(".bar button")
    assert "22:00–07:00" in browser.text() and holds(sender, "page-wrong")["version"] == 2


def test_two_at_a_time(sender, sink, browser):
    path = mailed(sender, sink, "page-two")
    browser.open(sender.url + path + "/preferences")
    browser.click("input[name='c.tier.email']")
    patch = request(sender, "PATCH", "/notifications/page-two/preferences", {"frequency": "daily"}, role="admin", headers={"If-Match": "*"})
    assert patch.status == 200
    browser.press(".bar button")
    assert browser.find(".note h2").text == "Something changed in the meantime"
    assert browser.find("input[value=daily]").is_selected() and browser.find("input[name='c.tier.email']").is_selected()
    assert holds(sender, "page-two")["categories"]["tier"]["email"] is True
    browser.click("input[name='c.tier.email']")
    browser.press(".bar button")
    now = holds(sender, "page-two")
    assert now["categories"]["tier"]["email"] is False and now["frequency"] == "daily"


def test_an_address_goes_after_a_question_and_the_last_stays(sender, sink, browser):
    path = mailed(sender, sink, "page-address", push_tokens=DEVICES)
    browser.open(sender.url + path + "/preferences")
    browser.press("button[value='push.0']")
    assert browser.heading() == "Remove this address?" and "…1234" in browser.text()
    assert len(holds(sender, "page-address")["addresses"]["push"]) == 2
    browser.press(browser.link("No, keep it"))
    browser.press("button[value='push.0']")
    browser.press("button[type=submit]")
    assert browser.heading() == "The address is removed"
    assert [p["platform"] for p in holds(sender, "page-address")["addresses"]["push"]] == ["apns"]
    browser.press(browser.link("Choose what you hear from us"))
    browser.press("button[value=email]")
    browser.press("button[type=submit]")
    assert holds(sender, "page-address")["addresses"]["email"] is None
    browser.press(browser.link("Choose what you hear from us"))
    assert browser.all("button[name=remove]") == [] and "The last way to warn you stays." in browser.text()
    version = holds(sender, "page-address")["version"]
    refused = posted(sender, path + "/preferences", f"version={version}&remove=push.0&sure=yes")
    assert refused.status == 409 and len(holds(sender, "page-address")["addresses"]["push"]) == 1


def test_pages_look_right_everywhere(sender, sink, browser):
    """No sideways scrolling on a telephone, and every word can be read by day and by night."""
    path = mailed(sender, sink, "page-looks", push_tokens=DEVICES, slack_user_id="U0123456789")
    wrong = posted(sender, path + "/preferences", "version=1&quiet=1&quiet_from=x&time_zone=Moon")
    assert wrong.status == 422 and wrong.text.count('class="fault"') == 5
    pages = [f"{path}{page}?lang={lang}" for page in ("", "/preferences") for lang in ("en", "de")] + [path + "x"]
    for page in pages:
        browser.open(sender.url + page)
        for width in (360, 768, 1280):
            for dark in (False, True):
                browser.window(width, 800, dark)
                assert browser.overflow() == [], (page, width)
                weakest, words = browser.contrast()[0]
                assert weakest >= 4.5, (page, width, dark, words)
    ground = browser.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", ground)[:3])) < 64, "the last look was by night"
    assert all("404" in line for line in browser.complaints())


def test_no_script_is_needed(sender, sink, browser):
    path = mailed(sender, sink, "page-plain")
    browser.script(False)
    try:
        browser.open(sender.url + path + "/preferences")
        browser.find("input[name='c.tier.email']").send_keys(Keys.SPACE)
        browser.find("input[name='c.tier.email']").send_keys(Keys.ENTER)
        until(lambda: holds(sender, "page-plain")["categories"]["tier"]["email"] is False)
    finally:
        browser.script(True)


# --- by programs --------------------------------------------------------------------------------------


def test_a_page_tells_nobody_where_it_is(sender, sink):
    path = mailed(sender, sink, "page-headers")
    for where in (path, path + "/preferences", path + "AAAA"):
        page = sender.request("GET", where, role=None)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy
        style = page.text.split("<style>")[1].split("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in policy
        assert {page.headers[h] for h in ("Referrer-Policy", "Cache-Control", "X-Frame-Options")} == {"no-referrer", "no-store", "DENY"}
        assert "noindex" in page.headers["X-Robots-Tag"] and "Set-Cookie" not in page.headers
        assert page.headers["X-Content-Type-Options"] == "nosniff" and page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert not re.search(r"<script|style=|\son\w+=|(src|href|action)=\"(https?:)?//", page.text)
    german = sender.request("GET", path + "x", role=None, headers={"Accept-Language": "de-CH, en;q=0.5"})
    assert '<html lang="de">' in german.text and german.headers["Content-Language"] == "de"


MULTIPART = (b"--=_b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--=_b--\r\n",
             {"Content-Type": "multipart/form-data; boundary=\"=_b\""})


@pytest.mark.parametrize("body, headers", [(ONE_CLICK, FORM), (ONE_CLICK, {"Content-Type": FORM["Content-Type"] + "; charset=utf-8"}), MULTIPART],
                         ids=["form", "form with charset", "parts"])
def test_mail_programs_unsubscribe_with_one_click(sender, sink, request, body, headers):
    member = f"page-click{len(request.node.name)}"
    path = mailed(sender, sink, member)
    done = posted(sender, path, body, headers)
    assert done.status == 200 and "Location" not in done.headers and holds(sender, member)["categories"]["tier"]["email"] is False
    again = posted(sender, path, body, headers)
    assert again.status == 200 and holds(sender, member)["version"] == 2, "a repetition stores nothing"
    kinds = sender.sql("SELECT count(*) FROM analytics.event_log WHERE type = 'NotificationEngagementEvent' AND member_id = %s"
                       " AND body->'data'->>'kind' = 'unsubscribed'", member)
    assert kinds == [(1,)]


def test_other_bodies_change_nothing(sender, sink):
    path = mailed(sender, sink, "page-bodies")
    for body, kind, status in ((b"x=y", FORM["Content-Type"], 400), (b"List-Unsubscribe=Two-Clicks", FORM["Content-Type"], 400),
                               (b"", FORM["Content-Type"], 400), (ONE_CLICK, "text/plain", 415), (ONE_CLICK, "application/json", 415),
                               (b"note=List-Unsubscribe%3DOne-Click", FORM["Content-Type"], 400),
                               (ONE_CLICK, "multipart/form-data; boundary=b", 400), (ONE_CLICK, "multipart/form-data", 400),
                               (b"a=1&" * 200 + ONE_CLICK, FORM["Content-Type"], 413), (b"a" * 20000, FORM["Content-Type"], 413),
                               (b"--b\r\n" * 3000, "multipart/form-data; boundary=b", 400)):
        for page in ("", "/preferences"):
            got = posted(sender, path + page, body, {"Content-Type": kind})
            assert got.status == status or (page and got.status == 412), (body[:40], kind, page, got)
    assert holds(sender, "page-bodies")["version"] == 1


def test_links_that_do_not_work_say_no_more_than_that(sender, sink):
    """Forged, changed, made for a click, of a message that never was: one page, whatever it is. An old one of ours is told."""
    path = mailed(sender, sink, "page-forged")
    pages = {sender.request("GET", p, role=None).text for p in
             (path[:-4] + "AAAA", path + "A", "/u/x", "/u/" + "A" * 56, signed(path, kind="c"), signed(path, kind="o"))}
    assert len(pages) == 1 and "This link does not work" in pages.pop()
    old = signed(path, expires=time.time() - 5)
    for method, body in (("GET", None), ("POST", ONE_CLICK)):
        for page in ("", "/preferences"):
            reply = sender.request(method, old + page, data=body, headers=FORM, role=None)
            assert reply.status == 410 and "too old" in reply.text
            assert sender.request(method, signed(path, kind="c") + page, data=body, headers=FORM, role=None).status == 404
    assert sender.request("GET", signed(path), role=None).status == 200 and holds(sender, "page-forged")["version"] == 1
    click = path.replace("/u/", "/t/c/")
    assert sender.request("GET", click, role=None).status == 404
    assert sender.request("GET", signed(click, "c", time.time() - 5), role=None).status == 410
    pixel = sender.request("GET", path.replace("/u/", "/t/o/") + ".gif", role=None)
    assert pixel.status == 404 and pixel.headers["Content-Type"] == "image/gif"


def test_what_is_owed_cannot_be_stopped(sender, sink):
    path = mailed(sender, sink, "page-owed")
    sender.sql("UPDATE analytics.notifications SET category = 'account' WHERE member_id = 'page-owed'")
    assert "These messages stay" in sender.request("GET", path, role=None).text
    assert posted(sender, path, ONE_CLICK).status == 409
    assert holds(sender, "page-owed")["categories"]["account"]["email"] is True
    assert sender.request("GET", path + "/preferences", role=None).status == 200


def test_a_form_changes_what_it_shows_and_nothing_else(sender, sink):
    path = mailed(sender, sink, "page-form", time_zone="Asia/Kolkata") + "/preferences"
    page = sender.request("GET", path, role=None)
    same = posted(sender, path, fields(page))
    assert same.status == 200 and "Everything was already the way you want it" in same.text and holds(sender, "page-form")["version"] == 1
    everything = {**fields(page), "global_opt_out": "1", "addresses": "x@example.org", "email": "x@example.org", "c.points.email": "1",
                  "c.nonsense.email": "1", "c.tier.slack": "1"}
    assert posted(sender, path, everything).status == 200
    now = holds(sender, "page-form")
    assert now["global_opt_out"] is True and now["addresses"]["email"] == "page-form@example.org"
    assert now["categories"]["points"]["email"] is False and "nonsense" not in now["categories"]
    document, = sender.sql("SELECT document FROM analytics.notification_preferences WHERE member_id = 'page-form'")[0]
    assert document == {"global_opt_out": True}, "only what was set is stored"
    again = posted(sender, path, everything)
    assert again.status == 200 and "Everything was already" in again.text, "a reload of the answer is no conflict"
    stale = posted(sender, path, {**everything, "frequency": "daily"})
    assert stale.status == 412 and "Something changed in the meantime" in stale.text
    bare = posted(sender, path, b"global_opt_out=1")
    assert bare.status == 412, "a form without its version cannot be trusted to be whole"


def test_quiet_hours_come_and_go(sender, sink):
    path = mailed(sender, sink, "page-quiet", time_zone="Asia/Kolkata") + "/preferences"
    form = {**fields(sender.request("GET", path, role=None)), "quiet": "1", "quiet_from": "21:30:00", "quiet_to": "06:15"}
    assert "21:30–06:15, Asia/Kolkata" in posted(sender, path, form).text
    assert holds(sender, "page-quiet")["quiet_hours"] == {"from": "21:30", "to": "06:15", "time_zone": "Asia/Kolkata"}
    again = sender.request("GET", path, role=None)
    assert fields(again)["time_zone"] == "" and "My own (Kolkata)" in again.text
    assert again.text.count("<option") > 300 and again.text.count('<optgroup label="Europe">') == 1
    abroad = {**fields(again), "time_zone": "Asia/Calcutta"}
    assert posted(sender, path, abroad).status == 200, "tzdata knows the old name too"
    shown = sender.request("GET", path, role=None)
    assert fields(shown)["time_zone"] == "Asia/Calcutta"
    without = fields(shown)
    del without["quiet"]
    assert "none" in posted(sender, path, without).text and holds(sender, "page-quiet")["quiet_hours"] is None
    for field, value in (("quiet_from", "24:00"), ("quiet_from", "9:00"), ("quiet_to", "<b>"), ("time_zone", "../etc/passwd"), ("time_zone", "%00")):
        wrong = posted(sender, path, {**fields(sender.request("GET", path, role=None)), "quiet": "1", field: value})
        assert wrong.status == 422 and f'id="{field}_fault"' in wrong.text and "<b>" not in wrong.text


def test_a_flood_of_changes_is_held_back_but_never_an_unsubscription(sender, sink):
    path = mailed(sender, sink, "page-flood")
    statuses = []
    for n in range(40):
        assert posted(sender, path, ONE_CLICK).status == 200
        statuses.append(posted(sender, path, b"resubscribe=yes").status)
    assert statuses == [200] * 30 + [429] * 10
    assert holds(sender, "page-flood")["categories"]["tier"]["email"] is False
    page = sender.request("GET", path + "/preferences", role=None)
    refused = posted(sender, path + "/preferences", {**fields(page), "frequency": "weekly"})
    assert refused.status == 429 and "a lot of changes" in refused.text and refused.headers["Retry-After"] == "600"
    rows = sender.sql("SELECT count(*) FROM analytics.notification_preference_changes WHERE member_id = 'page-flood'")
    assert rows == [(61,)], "and repetitions leave no rows"


def test_done_means_that_nothing_is_on_its_way(sender, sink):
    """Who unsubscribes while a mail is being handed over hears "done" only behind it."""
    path = mailed(sender, sink, "page-underway")
    sink.held.add("page-underway@example.org")
    try:
        notification = sent(sender, member_id="page-underway", category="tier", channels=["email"])
        until(lambda: sink.tries["page-underway@example.org"] == 2)
        with ThreadPoolExecutor() as others:
            answer = others.submit(posted, sender, path, ONE_CLICK)
            until(lambda: sender.sql("SELECT version FROM analytics.notification_preferences WHERE member_id = 'page-underway'") == [(2,)])
            assert not answer.done(), "stored, but not yet said"
            sink.held.clear()
            assert answer.result().status == 200
        assert told(sender, notification)["status"] == "sent" and len(sink.got("page-underway@example.org")) == 2

        sink.held.add("page-underway@example.org")
        sent(sender, member_id="page-underway", category="milestones", channels=["email"])
        until(lambda: sink.tries["page-underway@example.org"] == 3)
        late = posted(sender, path, ONE_CLICK)
        assert late.status == 503, "a repetition is not fooled by what is stored already"
        assert "one message is still on its way" in late.text and late.headers["Retry-After"] == "5"
    finally:
        sink.held.clear()
    assert until(lambda: (p := posted(sender, path, ONE_CLICK)).status == 200 and p)


def test_without_the_database_there_is_a_page_all_the_same(sender, sink):
    path = mailed(sender, sink, "page-away")
    with sender.away("postgres"):
        page = until(lambda: (p := sender.request("GET", path, role=None)).status == 503 and p)
        assert "Please try again in a moment" in page.text and page.headers["Retry-After"] == "5"
        assert posted(sender, path, ONE_CLICK).status == 503, "who hears this tries again"
    sender.wait_ready()
    assert until(lambda: (p := posted(sender, path, ONE_CLICK)).status == 200 and p)
    assert holds(sender, "page-away")["categories"]["tier"]["email"] is False


# --- links that count ---------------------------------------------------------------------------------


def links_of(sender, sink, member):
    """Click and pixel of a mail that was sent a minute ago, and its notification."""
    enrol(sender, member)
    notification = sent(sender, member_id=member)
    ended(sender, notification, "sent")
    html = sink.got(f"{member}@example.org")[0].get_body(("html",)).get_content()
    return (html.split('href="https://go.example.org')[1].split('"')[0], html.split('src="https://go.example.org')[1].split('"')[0],
            notification)


def aged(sender, notification):
    sender.sql("UPDATE analytics.notifications SET sent_at = sent_at - interval '1 minute' WHERE notification_id = %s", notification)


def visits(sender, notification):
    return [(line["what"], line.get("code")) for line in told(sender, notification)["log"] if line["what"] in ("clicked", "opened")]


def test_machines_are_told_apart(sender, sink):
    click, pixel, notification = links_of(sender, sink, "track-machines")
    assert pixel.startswith("/t/o/") and pixel.endswith(".gif")
    sender.request("GET", pixel, role=None, headers=READER)
    assert visits(sender, notification) == [("opened", "machine")], "sooner than two seconds after delivery it is nobody"
    aged(sender, notification)
    machines = ["Mozilla/5.0", "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "curl/8.0"]
    for agent in machines:
        assert sender.request("GET", pixel, role=None, headers={"User-Agent": agent}).status == 200
        assert sender.request("GET", click, role=None, headers={"User-Agent": agent}).status == 302
    for ahead in ({"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}):
        assert sender.request("GET", click, role=None, headers={**READER, **ahead}).status == 302
    assert visits(sender, notification) == [("opened", "machine"), ("clicked", "machine")]
    for _ in range(2):
        sender.request("GET", pixel, role=None, headers=READER)
        sender.request("GET", click, role=None, headers=READER)
    assert visits(sender, notification) == [("opened", "machine"), ("clicked", "machine"), ("opened", None), ("clicked", None)]


def test_a_look_whether_it_is_there_does_not_count(sender, sink):
    click, pixel, notification = links_of(sender, sink, "track-head")
    aged(sender, notification)
    assert sender.request("HEAD", click, role=None, headers=READER).headers["Location"] == "https://shop.example.org/"
    assert sender.request("HEAD", pixel, role=None, headers=READER).status == 200
    assert visits(sender, notification) == []
    assert sender.request("GET", pixel.removesuffix(".gif"), role=None, headers=READER).status == 200
    assert visits(sender, notification) == [("opened", None)]


def test_consent_taken_back_holds_for_mails_that_are_out(sender, sink):
    click, pixel, notification = links_of(sender, sink, "track-consent")
    aged(sender, notification)
    request(sender, "PATCH", "/notifications/track-consent/preferences", {"tracking_consent": False}, role="admin", headers={"If-Match": "*"})
    led = sender.request("GET", click, role=None, headers=READER)
    assert led.status == 302 and led.headers["Location"] == "https://shop.example.org/", "the link still leads there"
    assert sender.request("GET", pixel, role=None, headers=READER).status == 200
    assert visits(sender, notification) == []


def test_nobody_is_led_where_we_did_not_write(sender, sink):
    click, _, notification = links_of(sender, sink, "track-open")
    aged(sender, notification)
    for more in ("?url=https://evil.example/", "?next=//evil.example", "?r=https%3A%2F%2Fevil.example"):
        led = sender.request("GET", click + more, role=None, headers={**READER, "Referer": "https://evil.example/", "X-Forwarded-Host": "evil.example"})
        assert (led.status, led.headers.get("Location")) in ((302, "https://shop.example.org/"), (400, None))
    data = bytearray(base64.urlsafe_b64decode(click.rsplit("/", 1)[1]))
    data[19:21] = (7).to_bytes(2, "big")
    data[26:] = hmac.new(SECRET, bytes(data[:26]), hashlib.sha256).digest()[:16]
    nowhere = sender.request("GET", "/t/c/" + base64.urlsafe_b64encode(bytes(data)).decode(), role=None, headers=READER)
    assert nowhere.status == 410 and "Location" not in nowhere.headers and visits(sender, notification) == []
