"""The gateway and the instances behind it: who gets work, and what happens when one dies or stops."""
import concurrent.futures
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

from conftest import BUILD, until
from gateway_alone import Gateway


@pytest.fixture
def gate():
    g = Gateway(queue_age="1s", access_log="no")
    yield g
    g.close()


class Load:
    """Clients that keep asking until told to stop; their statuses and longest wait."""

    def __init__(self, gate, path, method="GET", clients=16):
        self.gate, self.path, self.method, self.token = gate, path, method, gate.token("admin")
        self.going, self.statuses, self.slowest, self.lock = True, {}, 0, threading.Lock()
        self.pool = concurrent.futures.ThreadPoolExecutor(clients)
        self.clients = [self.pool.submit(self.ask) for _ in range(clients)]

    def ask(self):
        while self.going:
            began = time.monotonic()
            data = b"{}" if self.method == "POST" else None
            status = self.gate.request(self.method, self.path, self.token, data=data).status_code
            with self.lock:
                self.statuses[status] = self.statuses.get(status, 0) + 1
                self.slowest = max(self.slowest, time.monotonic() - began)

    def wait(self, count):
        """Until so many more were answered."""
        target = sum(self.statuses.values()) + count
        until(lambda: sum(self.statuses.values()) >= target, deadline=30, what=f"{count} answers")

    def stop(self):
        self.going = False
        for client in self.clients:
            client.result(30)
        self.pool.shutdown()
        return self.statuses


def test_both_instances_work(gate):
    gate.start("analytics", 1)
    gate.start("analytics", 2)
    token = gate.token("admin")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: gate.get("/analytics/m/dashboard", token).json()["instance"], range(200)))
    assert 40 < said.count("1") < 160


def test_an_instance_is_found_without_a_restart(gate):
    token = gate.token("admin")
    reply = gate.get("/analytics/m/dashboard", token)
    assert reply.status_code == 503 and reply.headers["Retry-After"] == "1"
    assert gate.get("/readyz").status_code == 503
    gate.start("analytics", 7)
    assert gate.get("/analytics/m/dashboard", token).json()["instance"] == "7"
    assert gate.get("/readyz").status_code == 200
    (gate.dir / "rpc" / "analytics-7.rpc").unlink()
    until(lambda: gate.get("/analytics/m/dashboard", token).status_code == 503, what="its end")


def test_reads_do_not_notice_a_kill(gate):
    gate.start("analytics", 1)
    gate.start("analytics", 2)
    load = Load(gate, "/analytics/sleep-1/dashboard")
    for _ in range(4):
        load.wait(200)
        gate.end("analytics", 1)
        load.wait(100)
        gate.start("analytics", 1)
    assert set(load.stop()) == {200}
    assert load.slowest < 1.2
    assert gate.metric("ae_gateway_lost_total") > 0


def test_reads_do_not_notice_a_stop(gate):
    """Half of a read's time is for the first instance, the other half for the second."""
    one = gate.start("analytics", 1)
    gate.start("analytics", 2)
    load = Load(gate, "/analytics/sleep-1/dashboard")
    load.wait(200)
    one.send_signal(signal.SIGSTOP)
    until(lambda: "does not answer in time" in gate.log(), what="the suspicion")
    load.wait(200)
    one.send_signal(signal.SIGCONT)
    until(lambda: "answers again" in gate.log(), what="its return")
    load.wait(200)
    assert set(load.stop()) == {200}
    assert load.slowest < 2.5
    until(lambda: gate.ready_instances("analytics") == {"1": True, "2": True}, what="both ready")
    before = gate.metric("ae_gateway_timed_out_total")
    token = gate.token("admin")
    assert {gate.get("/analytics/m/dashboard", token).json()["instance"] for _ in range(20)} == {"1", "2"}
    assert gate.metric("ae_gateway_timed_out_total") == before


def test_a_write_is_never_tried_twice(gate):
    """What became of it is not known, so the client is told at once, and may ask again."""
    gate.start("analytics", 1)
    one = gate.daemons["analytics", 1]
    one.send_signal(signal.SIGSTOP)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(gate.request, "POST", "/events", gate.token("service"), data=b"{}")
        gate.start("analytics", 2)
        began = time.monotonic()
        gate.end("analytics", 1)
        reply = asked.result(20)
    assert reply.status_code == 503 and "went away" in reply.json()["detail"]
    assert time.monotonic() - began < 1
    assert gate.metric("ae_gateway_retried_total") == 0


def test_what_waits_survives_a_restart(gate):
    gate.start("analytics", 1)
    gate.end("analytics", 1)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(gate.get, "/analytics/m/dashboard", gate.token("admin"))
        gate.start("analytics", 1)
        assert asked.result(20).status_code == 200


def test_a_lone_instance_that_is_gone_is_503_after_the_queue_age(gate):
    gate.start("analytics", 1)
    gate.end("analytics", 1)
    began = time.monotonic()
    reply = gate.get("/analytics/m/dashboard", gate.token("admin"))
    assert reply.status_code == 503 and reply.headers["Retry-After"] == "1"
    assert 0.5 < time.monotonic() - began < 2


def test_a_slow_answer_is_504_and_the_late_one_goes_nowhere(gate):
    gate.start("analytics", 1)
    token = gate.token("admin")
    reply = gate.get("/analytics/sleep-3500/dashboard", token)
    assert reply.status_code == 504 and reply.json()["code"] == "TIMEOUT"
    until(lambda: "answers again" in gate.log(), what="its return")
    assert gate.get("/analytics/m9/dashboard", token).json()["path.member_id"] == "m9"


def test_an_entry_that_the_reply_leaves_out_fails_at_once(gate):
    gate.start("analytics", 1)
    began = time.monotonic()
    reply = gate.get("/analytics/omit/dashboard", gate.token("admin"))
    assert reply.status_code == 500 and time.monotonic() - began < 1


def test_a_full_queue_is_503():
    g = Gateway(queue_length=4, access_log="no")
    try:
        g.start("analytics", 1)
        load = Load(g, "/analytics/sleep-100/dashboard", clients=60)
        load.wait(120)
        statuses = load.stop()
        assert set(statuses) == {200, 503}
        assert g.metric("ae_gateway_shed_total") == statuses[503]
    finally:
        g.close()


def test_what_is_in_flight_is_finished_on_sigterm(gate):
    gate.start("analytics", 1)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(gate.get, "/analytics/sleep-800/dashboard", gate.token("admin"))
        until(lambda: gate.metric("ae_gateway_connections") >= 2, what="the request's start")
        gate.process.send_signal(signal.SIGTERM)
        reply = asked.result(20)
    assert reply.status_code == 200 and reply.headers["Connection"] == "close"
    assert gate.process.wait(10) == 0


def test_a_socket_path_that_is_too_long_is_said_at_start(folder):
    deep = folder / ("d" * 100)
    (folder / "ae.conf").write_text(f"[gateway]\nlisten = 127.0.0.1:0\nsockets = {deep}\n")
    done = subprocess.run([BUILD / "bin" / "ae-gateway", "-c", folder / "ae.conf"], stderr=subprocess.PIPE, text=True,
                          timeout=20)
    assert done.returncode != 0 and "107 bytes" in done.stderr


def test_a_unix_socket_serves_too(folder):
    path = folder / "http"
    (folder / "ae.conf").write_text(f"[gateway]\nlisten = unix:{path}\nsockets = {folder}\n")
    process = subprocess.Popen([BUILD / "bin" / "ae-gateway", "-c", folder / "ae.conf"], stderr=subprocess.DEVNULL)
    try:
        until(path.exists, what="the socket")
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            until(lambda: s.connect_ex(str(path)) == 0, what="the connection")
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert s.recv(1000).startswith(b"HTTP/1.1 200")
    finally:
        process.terminate()
        assert process.wait(20) == 0
    assert not path.exists()


def test_a_socket_of_systemd_is_taken_over(folder):
    (folder / "ae.conf").write_text(f"[gateway]\nsockets = {folder}\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def hand_over():
            os.dup2(listener.fileno(), 3)
            os.set_inheritable(3, True)

        # LISTEN_PID must be the program's own pid, which the shell that becomes it knows.
        process = subprocess.Popen(["/bin/sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"',
                                    BUILD / "bin" / "ae-gateway", "-c", folder / "ae.conf"],
                                   stderr=subprocess.DEVNULL, preexec_fn=hand_over, pass_fds=(3,))
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert s.recv(1000).startswith(b"HTTP/1.1 200")
    finally:
        process.terminate()
        assert process.wait(20) == 0
