"""Stories of `aectl local`: what make run, the tests and people's scripts rely on."""
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess

import pytest

from conftest import AECTL, BUILD, aectl, make_folder, running, until

SERVICES = ["analytics", "recommendation", "reporting", "notification", "milestone", "engagement"]
NONE = ["--sample", "none", "--fsync", "off", "--port", "0"]


def recorded_pids(folder):
    """Every process that local.json names, with the supervisor."""
    state = json.loads((pathlib.Path(folder) / "local.json").read_text())
    return [p["pid"] for p in state["processes"] if p["pid"]] + [state["supervisor"]["pid"]]


def test_status_lists_every_process(system):
    status = system.status()
    assert status["exit"] == 0 and status["state"] == "running" and status["ready"] is True
    assert [p["name"] for p in status["processes"]] == ["postgres", "redis"] + [f"{s}-1" for s in SERVICES] + ["gateway"]
    for p in status["processes"]:
        assert p["state"] == "ready" and running(p["pid"]) and p["restarts"] == 0 and p["uptime_seconds"] >= 0, p


def test_status_for_people(system):
    done = aectl("local", "status", "--dir", system.dir)
    assert system.url in done.stdout and "analytics-1" in done.stdout and "ready" in done.stdout


def test_environment_reaches_everything(system):
    shell = 'eval "$("$0" local env --dir "$1")" && psql -AtXc "SELECT count(*) FROM analytics.shard_heads" && ' \
            'redis-cli -s "$REDIS_SOCKET" ping && curl -sf "$AE_URL/healthz" >/dev/null && echo "$AE_DIR"'
    done = subprocess.run(["bash", "-c", shell, AECTL, system.dir], stdout=subprocess.PIPE, text=True, timeout=30)
    assert done.stdout.split() == ["32", "PONG", str(system.dir)]
    env = json.loads(aectl("local", "env", "--dir", system.dir, "--json").stdout)
    assert set(env) == {"PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "REDIS_SOCKET", "AE_URL", "AE_DIR", "AE_TOKEN"}


def test_schema_is_up_to_date(system):
    done = aectl("migrate", "--dir", system.dir, "--dry-run", "--json")
    assert json.loads(done.stdout) == {"pending": []}
    assert "up to date" in aectl("migrate", "--dir", system.dir).stdout


def test_changed_migration_is_refused(make_system):
    s = make_system()
    s.sql("UPDATE analytics.schema_migrations SET checksum = 'x' WHERE version = 1")
    done = s.aectl("migrate", check=False)
    assert done.returncode == 1 and "0001" in done.stderr and "differs" in done.stderr


def test_tokens_carry_their_role(system):
    import base64
    for role, member in [("admin", None), ("analyst", None), ("service", None), ("member", "m-1")]:
        payload = system.token(role, member).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        assert role in json.dumps(claims) and claims["exp"] > claims["iat"]
        if member:
            assert claims["sub"] == member


def test_lag_of_an_empty_log(system):
    done = aectl("lag", "--dir", system.dir, "--wait", "20", "--json")
    assert {g["group"] for g in json.loads(done.stdout)["groups"]} == set(SERVICES)


def test_second_up_changes_nothing(system):
    before = system.pids
    done = aectl("local", "up", "--dir", system.dir, "--json")
    again = json.loads(done.stdout)
    assert again["state"] == "already_running" and again["url"] == system.url
    assert system.pids == before
    assert "already running" in aectl("local", "up", "--dir", system.dir).stdout


def test_data_outlives_a_stop(make_system):
    s = make_system()
    first = s.pids
    s.sql("UPDATE analytics.programme SET currency = 'EUR'")
    s.down()
    status = s.status()
    assert status["exit"] == 3 and status["state"] == "stopped" and status["processes"] == []
    assert not any(running(p) for p in first.values())
    s.up()
    assert s.about["seconds"] < 5
    assert s.sql("SELECT currency FROM analytics.programme") == [("EUR",)]
    assert s.status()["exit"] == 0


def test_down_twice_and_of_nothing(folder):
    aectl("local", "up", "--dir", folder / "a", *NONE)
    pids = recorded_pids(folder / "a")
    assert aectl("local", "down", "--dir", folder / "a").stdout == "stopped\n"
    assert not any(map(running, pids))
    assert aectl("local", "down", "--dir", folder / "a").stdout == "was not running\n"
    assert aectl("local", "down", "--dir", folder / "none").returncode == 0
    assert json.loads(aectl("local", "down", "--dir", folder / "a", "--delete", "--json").stdout)["was_running"] is False
    assert not (folder / "a").exists()


@pytest.mark.parametrize("service", ["analytics", "gateway", "postgres", "redis"])
def test_killed_process_is_started_again(make_system, service):
    s = make_system()
    old = s.kill(service, sig=signal.SIGKILL)
    new = s.wait_restarted(service, old)
    s.wait_ready()
    until(lambda: s.status()["exit"] == 0, what="everything ready")
    assert s.processes[s.name(service)]["restarts"] >= 1 and running(new) and not running(old)
    assert s.sql("SELECT count(*) FROM analytics.shard_heads") == [(32,)]


def test_supervisor_takes_its_children_along(make_system):
    s = make_system()
    pids = list(s.pids.values())
    os.kill(s.supervisor, signal.SIGKILL)
    until(lambda: not any(map(running, pids)), 30, "the end of all children")
    assert s.status()["exit"] == 3
    s.up()
    assert s.status()["exit"] == 0


def test_part_of_it_down_is_exit_1(make_system):
    s = make_system()
    with s.away("redis"):
        assert s.status()["exit"] == 1
    until(lambda: s.status()["exit"] == 0, what="everything ready")


def test_taken_port_leaves_nothing_behind(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = aectl("local", "up", "--dir", folder / "a", "--sample", "none", "--port", port, check=False)
    assert done.returncode == 1 and str(port) in done.stderr and "in use" in done.stderr
    assert not (folder / "a" / "local.json").exists() and not (folder / "a" / "pg").exists()


def test_two_systems_side_by_side(system, make_system):
    other = make_system("--instances", "2")
    assert other.url != system.url and other.dir != system.dir
    assert len([n for n in other.pids if n.startswith("analytics-")]) == 2
    other.sql("UPDATE analytics.programme SET time_zone = 'Europe/Paris'")
    assert system.sql("SELECT time_zone FROM analytics.programme") == [("UTC",)]
    assert other.status()["exit"] == 0 and system.status()["exit"] == 0


def test_foreground_ends_with_the_signal(folder):
    with open(folder / "out", "w") as out:
        p = subprocess.Popen([AECTL, "local", "up", "--foreground", "--dir", folder / "a", *NONE], stdout=out)
    until(lambda: "Ctrl-C" in (folder / "out").read_text(), 60, "the system")
    pids = recorded_pids(folder / "a")
    assert all(map(running, pids))
    p.send_signal(signal.SIGINT)
    assert p.wait(timeout=60) == 0
    assert not any(map(running, pids))


def test_foreground_killed_stops_everything(folder):
    with open(folder / "out", "w") as out:
        p = subprocess.Popen([AECTL, "local", "up", "--foreground", "--dir", folder / "a", *NONE], stdout=out)
    until(lambda: "Ctrl-C" in (folder / "out").read_text(), 60, "the system")
    pids = recorded_pids(folder / "a")
    p.kill()
    p.wait(timeout=10)
    until(lambda: not any(map(running, pids)), 30, "the end of all processes")


def test_interrupted_start_leaves_nothing_running(folder):
    p = subprocess.Popen([AECTL, "local", "up", "--dir", folder / "a", *NONE], stdout=subprocess.DEVNULL)
    until(lambda: (folder / "a" / "local.json").exists(), 30, "the supervisor", interval=0.001)
    p.send_signal(signal.SIGINT)
    assert p.wait(timeout=60) != 0
    assert aectl("local", "status", "--dir", folder / "a", check=False).returncode == 3
    aectl("local", "up", "--dir", folder / "a", *NONE)


def test_broken_daemon_is_reported(folder):
    done = aectl("local", "up", "--dir", folder / "a", *NONE, "--set", "analytics.no_such_setting=1", check=False)
    assert done.returncode == 1 and "analytics-1" in done.stderr and "log" in done.stderr
    assert aectl("local", "status", "--dir", folder / "a", check=False).returncode == 3


def test_deep_folder(folder):
    deep = folder / ("x" * 60) / ("y" * 60)
    aectl("local", "up", "--dir", deep, *NONE)
    state = json.loads((deep / "local.json").read_text())
    assert state["run"].startswith("/tmp/ae-") and state["pg_data"] == str(deep / "pg")
    aectl("local", "down", "--dir", deep)
    assert not os.path.exists(state["run"])


@pytest.mark.skipif(os.getuid() != 0, reason="only root has folders that PostgreSQL's user cannot reach")
def test_folder_out_of_postgres_reach(folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    done = aectl("local", "up", "--dir", closed / "a", *NONE)
    state = json.loads((closed / "a" / "local.json").read_text())
    assert state["pg_data"].startswith("/var/tmp/ae-") and state["pg_data"] in done.stderr
    aectl("local", "down", "--dir", closed / "a")
    aectl("local", "up", "--dir", closed / "a", *NONE)
    assert json.loads((closed / "a" / "local.json").read_text())["pg_data"] == state["pg_data"]
    aectl("local", "down", "--dir", closed / "a", "--delete")
    assert not os.path.exists(os.path.dirname(state["pg_data"]))


@pytest.mark.skipif(os.getuid() != 0, reason="the other tests run as an ordinary user already")
def test_as_an_ordinary_user():
    """The programs are copied, because the build may lie where only root can reach it."""
    nobody = pwd.getpwnam("nobody")
    become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "--"]
    folder = make_folder()
    try:
        shutil.copytree(BUILD / "bin", folder / "bin")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)

        def run(*words):
            return subprocess.run([*become, folder / "bin" / "aectl", "local", *words, "--dir", folder / "a"],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        up = run("up", *NONE)
        assert up.returncode == 0, up.stdout
        pids = recorded_pids(folder / "a")
        assert {os.stat(f"/proc/{pid}").st_uid for pid in pids} == {nobody.pw_uid}
        assert run("status").returncode == 0
        assert run("down").returncode == 0
        assert not any(map(running, pids))
    finally:
        aectl("local", "down", "--dir", folder / "a", "--delete", check=False)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("words", [
    ["local", "up", "--port", "65536"], ["local", "up", "--port", "http"], ["local", "up", "--instances", "0"],
    ["local", "up", "--sample", "big"], ["local", "up", "--sample", "synthetic:many"], ["local", "up", "--fsync", "maybe"],
    ["local", "up", "--set", "gateway"], ["local", "up", "--pg-option", "work_mem"], ["local", "up", "--wrong"],
    ["local", "up", "extra"], ["local", "down", "extra"], ["local", "status", "--wrong"], ["local", "env", "extra"],
    ["local"], ["local", "sideways"], ["token"], ["token", "--role", "king"], ["token", "--role", "member"],
    ["token", "--role", "member", "--member", "a b"], ["token", "--role", "admin", "--member", "m"],
    ["token", "--role", "admin", "--lifetime", "0"], ["migrate", "now"], ["lag", "--wait", "soon"], ["dead-letters"],
    ["dead-letters", "forget"], ["dead-letters", "replay"], ["dead-letters", "discard", "--group", "analytics"],
    ["dead-letters", "replay", "--group", "analytics", "--shard", "1"], ["rebuild"], ["rebuild", "nothing"],
], ids=" ".join)
def test_wrong_arguments(words, folder):
    done = aectl(*words, check=False, cwd=folder)
    assert done.returncode == 2 and done.stderr and not done.stdout, done
    assert os.listdir(folder) == []


@pytest.mark.parametrize("words", [["local", "status"], ["local", "env"], ["token", "--role", "admin"], ["lag"], ["migrate"],
                                   ["dead-letters", "list"], ["rebuild", "analytics"]], ids=" ".join)
def test_nothing_runs_here(words, folder):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "AE_"))}
    done = aectl(*words, check=False, cwd=folder, env=env)
    assert done.returncode == 3, done


@pytest.mark.parametrize("command", ["local up", "local down", "local status", "local env", "token", "migrate", "lag",
                                     "dead-letters", "rebuild"])
def test_every_command_has_help(command):
    done = aectl(*command.split(), "--help")
    assert "usage:" in done.stdout and "Exit status:" in done.stdout
