"""Durable intake against COPY of the same rows into a bare logged table, in the same cluster and run."""
import os
import time

from rig import Row, System, in_turns, ratio, say, sized

MEMBERS = sized(20_000, 1_000)
ROUNDS = sized(3, 2)
COLUMNS = "shard, position, event_key, type, member_id, time, received_at, body"


def copy_seconds(s, file):
    """The rows of the log, as they are, into a table without index, committed."""
    connection = s.connect()
    connection.autocommit = False
    with connection.cursor() as cursor, open(file) as f:
        cursor.execute("DROP TABLE IF EXISTS bare; CREATE TABLE bare (LIKE analytics.event_log)")
        connection.commit()
        began = time.monotonic()
        cursor.copy_expert(f"COPY bare ({COLUMNS}) FROM STDIN", f)
        connection.commit()
        took = time.monotonic() - began
        cursor.execute("SELECT count(*) FROM bare")
        count, = cursor.fetchone()
    connection.close()
    return count / took


def run():
    with System("--pg-option", "max_wal_size=16GB", "--pg-option", "shared_buffers=1GB") as s:
        file, rows = s.dir / "events.ndjson", s.dir / "rows.copy"
        count = s.generate(MEMBERS, file)
        part = count // (3 * ROUNDS + 2)
        say(f"{count:,} events of {MEMBERS:,} members, {os.path.getsize(file) // count} bytes each, {part:,} in each round")
        place = iter(range(3 * ROUNDS + 2))

        def post():
            """Another part of the file each time, in batches of a thousand over eight connections."""
            reply = s.load("post", file=file, skip=next(place) * part, events=part, batch=1000, connections=8)
            if reply["failed"] or reply["events"] != part:
                raise SystemExit(f"intake: {reply}")
            return part / reply["seconds"]

        def dump():
            connection = s.connect()
            with connection.cursor() as cursor, open(rows, "w") as f:
                cursor.copy_expert(f"COPY (SELECT {COLUMNS} FROM analytics.event_log LIMIT {part}) TO STDOUT", f)
            connection.close()

        together = [post() for _ in range(ROUNDS)]
        s.caught_up()
        s.again("--set", "common.serve_events=no", "--set", "common.serve_jobs=no")
        dump()
        post()
        alone, copies = in_turns(ROUNDS, post, lambda: copy_seconds(s, rows))
        yield Row("durable intake / COPY", ratio(alone, copies), "", ("at least", 0.4), f"{max(copies):,.0f} rows/s by COPY",
                  f"{max(alone):,.0f} events/s; {max(together):,.0f}/s while the daemons apply them")
        s.again("--instances", "2")
        post()
        pair, copies = in_turns(ROUNDS, post, lambda: copy_seconds(s, rows))
        yield Row("durable intake / COPY, two analytics instances", ratio(pair, copies), "", ("at least", 0.4),
                  f"{max(copies):,.0f} rows/s by COPY", f"{max(pair):,.0f} events/s")
