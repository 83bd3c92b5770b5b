"""A whole local system on a clock of its own: PostgreSQL and the daemons under libfaketime.

PostgreSQL too: what is due is found by its now(). Redis not: its allocator asks for the time before the library is ready.
CLOCK_MONOTONIC stays real, by which timeouts and intervals of jobs are measured, as it does when somebody sets the clock
of a machine.
"""
import datetime
import os
import pathlib
import shutil

from conftest import System, make_folder

UTC = datetime.timezone.utc


def library():
    """The one that programs with threads may use."""
    return next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


class Clock:
    """It runs on from wherever it was set to."""

    def __init__(self):
        self.folder = make_folder()
        self.file = self.folder / "offset"
        self.offset = datetime.timedelta()
        redis = self.folder / "redis-server"
        redis.write_text(f'#!/bin/sh\nunset LD_PRELOAD\nexec {shutil.which("redis-server")} "$@"\n')
        redis.chmod(0o755)

    def set(self, moment):
        """The file appears as a whole, so that nobody reads half of it."""
        self.offset = moment - datetime.datetime.now(UTC)
        new = self.folder / "new"
        new.write_text(f"{self.offset.total_seconds():+.6f}\n")
        new.chmod(0o644)
        new.rename(self.file)

    def now(self):
        return datetime.datetime.now(UTC) + self.offset

    @property
    def environment(self):
        return {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "LD_PRELOAD": str(library()), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}


class FakeSystem(System):
    """.clock.set(moment) is all there is to know."""

    def __init__(self, start, *options):
        self.clock = Clock()
        self.clock.set(start)
        super().__init__(*options, env=self.clock.environment)

    def jump(self, moment):
        """Tokens are of a time, too."""
        self.clock.set(moment)
        self.tokens.clear()

    def remove(self):
        super().remove()
        shutil.rmtree(self.clock.folder, ignore_errors=True)
