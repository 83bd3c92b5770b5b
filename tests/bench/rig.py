"""What the benchmarks share: a private system, the load programs, and rows for the table."""
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import tempfile
import time

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("AE_BUILD", "build")).resolve()
AECTL = BUILD / "bin" / "aectl"
LOAD = BUILD / "tests" / "bench" / "ae-load"
SEED = BUILD / "tests" / "bench" / "ae-seed"
QUICK = bool(os.environ.get("AE_BENCH_QUICK"))


def sized(full, quick):
    return quick if QUICK else full


def say(text):
    print(f"  {text}", flush=True)


class Row:
    """One line of the table. wanted: ("at least" | "below", number, unit), judged on `figure`."""

    def __init__(self, name, figure, unit, wanted, control="", detail=""):
        self.name, self.figure, self.unit, self.wanted = name, figure, unit, wanted
        self.control, self.detail = control, detail

    @property
    def holds(self):
        way, number = self.wanted
        return self.figure >= number if way == "at least" else self.figure < number

    def cells(self):
        figure = f"{self.figure:,.2f}" if self.figure < 100 else f"{self.figure:,.0f}"
        return [self.name, f"{figure} {self.unit}".strip(), f"{self.wanted[0]} {self.wanted[1]:,}",
                "holds" if self.holds else "FALLS SHORT", self.control, self.detail]


class System:
    """`with System("--set", ...) as s`: a system in a folder of its own, gone afterwards."""

    def __init__(self, *options, fsync="on"):
        self.options = ["--port", "0", "--sample", "none", "--fsync", fsync, "--set", "gateway.access_log=no", *options]
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="ae-bench-", dir=os.environ.get("AE_BENCH_DIR", "/var/tmp")))
        self.dir.chmod(0o755)

    def __enter__(self):
        self.up()
        return self

    def __exit__(self, *_):
        self.aectl("local", "down", "--dir", self.dir, "--delete", check=False)
        shutil.rmtree(self.dir, ignore_errors=True)

    def aectl(self, *words, check=True):
        return subprocess.run([AECTL, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=check).stdout

    def up(self, *more):
        reply = json.loads(self.aectl("local", "up", "--dir", self.dir, "--json", *self.options, *more))
        self.url, self.port, self.env = reply["url"], reply["port"], reply["environment"]
        self.token = self.env["AE_TOKEN"]

    def again(self, *options):
        """The same data under other settings."""
        self.aectl("local", "down", "--dir", self.dir)
        self.options += options
        self.up()

    def caught_up(self, seconds=600):
        self.aectl("lag", "--dir", self.dir, "--wait", seconds)

    def pid(self, name):
        status = json.loads(self.aectl("local", "status", "--dir", self.dir, "--json"))
        return next(p["pid"] for p in status["processes"] if p["name"] == name)

    def connect(self):
        connection = psycopg2.connect(host=self.env["PGHOST"], port=self.env["PGPORT"], dbname=self.env["PGDATABASE"],
                                      user=self.env["PGUSER"])
        connection.autocommit = True
        return connection

    def sql(self, text):
        connection = self.connect()
        with connection.cursor() as cursor:
            cursor.execute(text)
            rows = cursor.fetchall() if cursor.description else None
        connection.close()
        return rows

    def conninfo(self, user="ae_analytics"):
        return f"host={self.env['PGHOST']} port={self.env['PGPORT']} dbname={self.env['PGDATABASE']} user={user}"

    def load(self, kind, **options):
        words = [f"--{k}={v}" for k, v in options.items()]
        done = subprocess.run([LOAD, kind, f"--port={self.port}", f"--token={self.token}", *words], capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise SystemExit(f"ae-load {kind}: {done.stderr}")
        return json.loads(done.stdout)

    def generate(self, members, file):
        subprocess.run([AECTL, "generate", "--members", str(members), "--out", str(file)], check=True,
                       stdout=subprocess.DEVNULL)
        with open(file, "rb") as f:
            return sum(1 for _ in f)


def wrk(system, path, seconds, connections=32, script=None):
    """Requests per second, closed loop; answers that are no 2xx or 3xx end the benchmark."""
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-H",
             f"Authorization: Bearer {system.token}"]
    if script:
        words += ["-s", str(script)]
    out = subprocess.run([*words, system.url + path], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(f"wrk {path}: {out}")
    return float(next(line.split()[1] for line in out.splitlines() if line.startswith("Requests/sec")))


def in_turns(rounds, *measures):
    """Calls the measures in turn, so that a noisy neighbour meets all of them; the lists of their figures."""
    figures = [[] for _ in measures]
    for _ in range(rounds):
        for list_, measure in zip(figures, measures):
            list_.append(measure())
    return figures


def ratio(figures, controls):
    """The median of the rounds' own ratios."""
    return statistics.median(a / b for a, b in zip(figures, controls))


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS")))


def describe():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    versions = subprocess.run("ls /usr/lib/postgresql; redis-server --version", shell=True, capture_output=True, text=True)
    postgres, redis = (versions.stdout.split("\n") + ["?", "?"])[:2]
    return (f"{model}, {os.cpu_count()} cores, Linux {platform.release()}, PostgreSQL {postgres}, "
            f"{' '.join(redis.split()[:3])}, fsync on; load and system share the cores; "
            f"{time.strftime('%Y-%m-%d')}{', quick' if QUICK else ''}")
