"""Debian's Postfix out of its package, unpacked below build/ and never installed: nobody wants a mail system for a test.

    program, environment = smtp_sink()
    with Postfix(folder, relayhost, transports, recipients) as relay:     needs root, or sudo without a password
        relay.port
"""
import fcntl
import os
import pathlib
import shlex
import shutil
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNPACKED = (ROOT / os.environ.get("AE_BUILD", "build")).resolve() / "tests" / "postfix"

# Accounts of base-passwd, so on every Debian: Postfix insists on a user and a group that nothing else runs under.
OWNER, DROP_GROUP = "uucp", "news"

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {unpacked}/usr/lib/postfix/sbin
command_directory = {unpacked}/usr/sbin
shlib_directory = {unpacked}/usr/lib/postfix
meta_directory = {folder}/etc
import_environment = MAIL_CONFIG LD_LIBRARY_PATH LANG=C
mail_owner = {owner}
setgid_group = {group}
default_privs = nobody
maillog_file = {folder}/log
maillog_file_prefixes = /
myhostname = relay.example.net
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtp_tls_security_level = none
relayhost = {relayhost}
relay_domains = {domains}
relay_recipient_maps = regexp:{folder}/etc/recipients
transport_maps = inline:{{ {transports} }}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
delay_warning_time = 1s
maximal_queue_lifetime = {lifetime}
bounce_queue_lifetime = {lifetime}
"""

MASTER = """127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""

# What `postfix start` would make, without its look at the whole system.
START = """set -e
cd {folder}/queue
mkdir -p incoming active deferred bounce defer corrupt flush hold trace saved private public maildrop pid
chmod 700 incoming active deferred bounce defer corrupt flush hold trace saved private ../data
chown {owner} incoming active deferred bounce defer corrupt flush hold trace saved private public maildrop ../data
chgrp {group} public maildrop
chmod 710 public
chmod 730 maildrop
export LD_LIBRARY_PATH={unpacked}/usr/lib/postfix
exec {unpacked}/usr/lib/postfix/sbin/master -c {folder}/etc -d
"""


def download(into):
    """The package as Debian has it now. A machine whose package lists are empty or old fetches them first."""
    command = ["apt-get", "download", "-q", "postfix"]
    if subprocess.run(command, cwd=into, capture_output=True).returncode != 0:
        subprocess.run([*(as_root() or []), "apt-get", "update", "-q"], capture_output=True)
        done = subprocess.run(command, cwd=into, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"Debian's postfix cannot be downloaded: {done.stderr}")


def unpacked():
    """The folder with its programs; fetched once for a build."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with open(UNPACKED / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (UNPACKED / "done").exists():
            download(UNPACKED)
            for package in UNPACKED.glob("postfix_*.deb"):
                subprocess.run(["dpkg", "-x", package, UNPACKED], check=True)
            (UNPACKED / "done").touch()
    return UNPACKED


def as_root():
    """The words before a command that makes it root's; None: there is no way."""
    if os.getuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def smtp_sink():
    """The program, and the environment that it runs in. An installed one will do."""
    installed = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if installed:
        return installed, None
    folder = unpacked()
    return folder / "usr/sbin/smtp-sink", {**os.environ, "LD_LIBRARY_PATH": str(folder / "usr/lib/postfix")}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Postfix:
    """A Postfix of its own in a folder that every user can reach."""

    def __init__(self, folder, relayhost, transports, recipients, lifetime="4s"):
        """recipients: lines of a regexp table, who is known in those domains. transports: domain -> transport, as "lmtp:inet:127.0.0.1:24". lifetime: after which a deferred mail is given up."""
        self.folder, self.port, self.root = folder, free_port(), as_root()
        values = {"folder": folder, "unpacked": unpacked(), "owner": OWNER, "group": DROP_GROUP, "port": self.port, "lifetime": lifetime,
                  "relayhost": relayhost, "domains": ", ".join(transports), "transports": ", ".join(f"{{{d} = {t}}}" for d, t in transports.items())}
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir(parents=True)
        (folder / "etc/main.cf").write_text(MAIN.format(**values))
        (folder / "etc/master.cf").write_text(MASTER.format(**values))
        (folder / "etc/dynamicmaps.cf").touch()
        (folder / "etc/recipients").write_text(recipients)
        (folder / "start").write_text(START.format(**{k: shlex.quote(str(v)) for k, v in values.items()}))
        self.out = open(folder / "out", "w", encoding="utf-8")
        self.process = subprocess.Popen([*self.root, "sh", folder / "start"], stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.out)

    def __enter__(self):
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    self.__exit__()
                    raise RuntimeError(f"Postfix does not start:\n{self.log()}") from None
                time.sleep(0.05)

    def __exit__(self, *_):
        pid = self.folder / "queue/pid/master.pid"
        if self.process.poll() is None:
            subprocess.run([*self.root, "sh", "-c", 'kill "$(tr -d " " <"$0" 2>/dev/null || echo "$1")"', str(pid), str(self.process.pid)], check=False)
        self.process.wait(20)
        self.out.close()
        if self.root:
            subprocess.run([*self.root, "chown", "-R", str(os.getuid()), self.folder], check=False)

    def log(self):
        """What it said, for a failed test."""
        found = [self.folder / "out", self.folder / "log"]
        return "\n".join(subprocess.run([*self.root, "cat", p], capture_output=True, text=True).stdout for p in found)
