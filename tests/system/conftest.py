"""A private local system for the tests: real daemons, PostgreSQL and Redis in a folder of their own.

    def test_something(system):            one system for the whole session, no events at first
    def test_something(fresh_system):      one for this test alone, to be killed at will

Every system ends with its fixture. Nothing here sleeps for a result: waiting has a condition and a
deadline.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import psycopg2
import pytest
import redis as redis_client
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("AE_BUILD", "build")).resolve()
AECTL = BUILD / "bin" / "aectl"
UP_SECONDS = 120


def aectl(*words, timeout=UP_SECONDS, check=True, **more):
    """Runs aectl; its output is in .stdout and .stderr."""
    done = subprocess.run([AECTL, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=timeout, **more)
    if check and done.returncode != 0:
        pytest.fail(f"aectl {' '.join(map(str, words))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def until(condition, deadline=20, what="the condition", interval=0.02):
    """Waits until condition() is true and returns its value."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            pytest.fail(f"{what} did not come true within {deadline} s (last: {value!r})")
        time.sleep(interval)


def make_folder():
    """A folder that PostgreSQL's own user can reach, with a path short enough for sockets."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ae-test-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


def each_name_once(pairs):
    """An object of a reply; json.loads would take the last of two members of one name."""
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), f"a name appears twice: {names}"
    return dict(pairs)


class Reply:
    """What came back: .status, .headers, .body, .json."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status_code, response.headers, response.content
        self.text = response.text

    @property
    def json(self):
        return json.loads(self.body, object_pairs_hook=each_name_once)

    def __repr__(self):
        return f"<{self.status} {self.text[:500]}>"


class System:
    """A running local system."""

    def __init__(self, *options, sample="none", fsync="off", **more):
        self.dir = make_folder()
        self.tokens, self.session = {}, requests.Session()
        self.session.trust_env = False
        self.options = ["--port", "0", "--sample", sample, "--fsync", fsync, *options]
        self.more = more
        self.up()

    # --- life --------------------------------------------------------------------------------

    def up(self):
        """Starts it, again after down()."""
        done = aectl("local", "up", "--dir", self.dir, "--json", *self.options, check=False, **self.more)
        if done.returncode != 0:
            logs = self.logs()
            self.remove()
            pytest.fail(f"aectl local up: exit {done.returncode}\n{done.stdout}{done.stderr}\n{logs}")
        self.about = json.loads(done.stdout)
        self.url, self.member = self.about["url"], self.about["member"]
        self.environment = self.about["environment"]

    def down(self):
        aectl("local", "down", "--dir", self.dir, **self.more)

    def remove(self):
        """Ends every process of it and deletes its folder. A daemon that a sanitizer ended was started again by its supervisor: it fails here."""
        aectl("local", "down", "--dir", self.dir, check=False, **self.more)
        faults = self.sanitizers()
        aectl("local", "down", "--dir", self.dir, "--delete", check=False, **self.more)
        shutil.rmtree(self.dir, ignore_errors=True)
        assert not faults, "\n".join(faults)

    def sanitizers(self):
        """What AddressSanitizer and UndefinedBehaviorSanitizer wrote into the logs."""
        texts = [p.read_text(errors="replace") for p in sorted((self.dir / "log").glob("*.log"))]
        return [text[found.start():found.start() + 4000] for text in texts for found in [re.search("ERROR: AddressSanitizer|runtime error: ", text)] if found]

    def logs(self, tail=4000):
        """The end of every log, for a failed test."""
        found = sorted((self.dir / "log").glob("*.log")) if (self.dir / "log").is_dir() else []
        return "\n".join(f"--- {p.name}\n{p.read_text(errors='replace')[-tail:]}" for p in found if p.stat().st_size)

    def log(self, name):
        """A process's whole log: log("analytics-1")."""
        return (self.dir / "log" / f"{name}.log").read_text(errors="replace")

    def env(self):
        """The environment with what psql, redis-cli and aectl need to find this system."""
        return {**os.environ, **self.environment}

    def aectl(self, *words, **more):
        return aectl(*words, env=self.env(), **more)

    # --- processes ---------------------------------------------------------------------------

    def status(self):
        done = aectl("local", "status", "--dir", self.dir, "--json", check=False, **self.more)
        return {**json.loads(done.stdout), "exit": done.returncode}

    @property
    def processes(self):
        """Name -> what local.json says of it, read afresh."""
        return {p["name"]: p for p in json.loads((self.dir / "local.json").read_text())["processes"]}

    @property
    def pids(self):
        """Name -> pid: "analytics-1", "gateway", "postgres", "redis"."""
        return {name: p["pid"] for name, p in self.processes.items()}

    @property
    def supervisor(self):
        return json.loads((self.dir / "local.json").read_text())["supervisor"]["pid"]

    @staticmethod
    def name(service, instance=None):
        alone = service in ("gateway", "postgres", "redis")
        return service if alone else f"{service}-{instance or 1}"

    def kill(self, service, instance=None, sig=signal.SIGKILL):
        """Sends a signal to a process; the supervisor starts again what dies of it."""
        pid = self.pids[self.name(service, instance)]
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)
        return pid

    def wait_restarted(self, service, old_pid, instance=None, deadline=20):
        """Until the process runs under another pid."""
        name = self.name(service, instance)
        return until(lambda: self.pids[name] not in (0, old_pid) and self.pids[name], deadline, f"a new {name}")

    def restart(self, service, instance=None, sig=signal.SIGTERM, deadline=30):
        """Ends a process and waits for the next one and for readiness."""
        pid = self.wait_restarted(service, self.kill(service, instance, sig), instance, deadline)
        self.wait_ready(deadline)
        return pid

    @contextlib.contextmanager
    def away(self, service, instance=None, sig=signal.SIGKILL):
        """The process is gone for as long as the block lasts: its supervisor is stopped meanwhile."""
        supervisor = self.supervisor
        pid = self.pids[self.name(service, instance)]
        os.kill(supervisor, signal.SIGSTOP)
        try:
            os.kill(pid, sig)
            until(lambda: not running(pid), 20, f"the end of {service}")
            yield
        finally:
            os.kill(supervisor, signal.SIGCONT)
        self.wait_restarted(service, pid, instance)

    def wait_ready(self, deadline=30):
        until(lambda: self.ready(), deadline, "readiness")

    def ready(self):
        try:
            return self.session.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    # --- requests ----------------------------------------------------------------------------

    def token(self, role="admin", member=None):
        if (role, member) not in self.tokens:
            words = ["token", "--dir", self.dir, "--role", role] + (["--member", member] if member else [])
            self.tokens[role, member] = aectl(*words, **self.more).stdout.strip()
        return self.tokens[role, member]

    def request(self, method, path, role="admin", member=None, headers=None, timeout=30, **more):
        """A request with a token of that role; role=None sends none. member=... asks as that member."""
        headers = dict(headers or {})
        if member:
            role = "member"
        if role and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {self.token(role, member)}"
        return Reply(self.session.request(method, self.url + path, headers=headers, timeout=timeout,
                                          allow_redirects=False, **more))

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, **more):
        return self.request("POST", path, **more)

    def post_events(self, events, role="service", **more):
        """A batch of CloudEvents, in chunks that the intake takes; the summed up reply."""
        total = {"accepted": 0, "duplicate": 0, "rejected": []}
        for start in range(0, len(events), 500):
            chunk = events[start:start + 500]
            reply = self.post("/events", role=role, data=json.dumps(chunk),
                              headers={"Content-Type": "application/cloudevents-batch+json"}, **more)
            assert reply.status == 202, reply
            total["accepted"] += reply.json["accepted"]
            total["duplicate"] += reply.json["duplicate"]
            total["rejected"] += [{**r, "index": r["index"] + start} for r in reply.json["rejected"]]
        return total

    # --- storage -----------------------------------------------------------------------------

    def connect(self):
        e = self.environment
        return psycopg2.connect(host=e["PGHOST"], port=e["PGPORT"], dbname=e["PGDATABASE"], user=e["PGUSER"])

    def sql(self, query, *values):
        """Runs a statement as the schema's owner; its rows, if it has any."""
        connection = self.connect()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values or None)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    @property
    def redis(self):
        return redis_client.Redis(unix_socket_path=self.environment["REDIS_SOCKET"])

    def lag(self, group="analytics"):
        """Events that wait for a group."""
        (behind,), = self.sql(
            "SELECT coalesce(sum(h.position - p.position), 0) FROM analytics.consumer_positions p"
            " JOIN analytics.shard_heads h USING (shard) WHERE p.group_name = %s", group)
        return int(behind)

    def wait_caught_up(self, group="analytics", deadline=20):
        """Until the group has applied everything that is in the log now or comes meanwhile."""
        until(lambda: self.lag(group) == 0, deadline, f"{group} catching up")


def running(pid):
    """Whether a process is there and no zombie."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failed test shows the logs of the systems it used."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, System):
                report.sections.append((f"logs of {value.dir}", value.logs()))


@pytest.fixture(scope="session")
def system():
    """One system for the session; tests keep apart by using member ids of their own."""
    s = System()
    yield s
    s.remove()


@pytest.fixture
def fresh_system():
    """A system for one test alone."""
    s = System()
    yield s
    s.remove()


@pytest.fixture
def make_system():
    """A function that starts systems with options of one's own; all end with the test."""
    made = []

    def make(*options, **more):
        made.append(System(*options, **more))
        return made[-1]

    yield make
    for s in made:
        s.remove()


@pytest.fixture
def folder():
    """An empty folder that every user can reach, gone after the test with whatever ran in it."""
    path = make_folder()
    yield path
    for found in [path, *path.rglob("local.json")]:
        where = found if found.is_dir() else found.parent
        aectl("local", "down", "--dir", where, "--delete", check=False)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def oracles():
    """A folder with what is in tests/lib/oracle and the npm packages of its lock file: installed once, kept with the build."""
    made, source = BUILD / "oracle", ROOT / "tests" / "lib" / "oracle"
    names = [p.name for p in source.iterdir()]
    fresh = (made / "installed").is_file() and all((made / n).is_file() and (made / n).read_bytes() == (source / n).read_bytes() for n in names)
    if not fresh:
        made.mkdir(exist_ok=True)
        for n in names:
            shutil.copy(source / n, made / n)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=made, check=True, timeout=300, stdout=subprocess.DEVNULL)
        (made / "installed").touch()
    return made


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for the session: starting it takes longer than most stories."""
    from browser import Browser  # only stories of pages need selenium
    path = make_folder()
    made = Browser(path)
    yield made
    made.close()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def browser(chromium):
    """The Chromium, as a person with a large window and daylight would have it, its console empty."""
    chromium.open("about:blank")
    chromium.window()
    chromium.complaints()
    return chromium
