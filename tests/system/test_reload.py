"""A daemon that is told to read its settings again."""
import signal

from conftest import until


def test_a_broken_file_leaves_the_daemon_as_it_was(fresh_system):
    path = fresh_system.dir / "ae.conf"
    good = path.read_text()
    pid = fresh_system.pids["analytics-1"]
    path.write_text(good + "\n[analytics]\nno_such_setting = 1\n")
    fresh_system.kill("analytics", sig=signal.SIGHUP)
    until(lambda: "settings stay as they were" in fresh_system.log("analytics-1"), what="the refusal")
    path.write_text(good)
    fresh_system.kill("analytics", sig=signal.SIGHUP)
    until(lambda: "settings read again" in fresh_system.log("analytics-1"), what="the reload")
    assert fresh_system.pids["analytics-1"] == pid
    assert fresh_system.get("/readyz").status == 200
