"""Single-event POSTs from 64 connections against one commit per event."""
import statistics
import threading
import time

from rig import Row, System, in_turns, ratio, sized


def committed_singly(s, connections, seconds):
    """Rows per second, each by a transaction of its own, from so many sessions."""
    counts, end = [0] * connections, time.monotonic() + seconds

    def work(i):
        connection = s.connect()
        with connection.cursor() as cursor:
            cursor.execute("PREPARE one (int8, text) AS INSERT INTO bare (shard, position, event_key, type, member_id, time, body) "
                           "VALUES (1, $1, md5($1::text || $2)::uuid, 'TransactionProcessedEvent', $2, now(), '{}')")
            while time.monotonic() < end:
                cursor.execute("EXECUTE one (%s, %s)", (i * 10_000_000 + counts[i], f"m{i}"))
                counts[i] += 1
        connection.close()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(connections)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return sum(counts) / seconds


def run():
    with System("--pg-option", "max_connections=120") as s:
        file, rounds, part = s.dir / "events.ndjson", sized(3, 2), sized(20_000, 3_000)
        s.generate(sized(5_000, 1_000), file)
        s.sql("CREATE TABLE bare (LIKE analytics.event_log INCLUDING DEFAULTS INCLUDING INDEXES)")
        place, turns = iter(range(rounds)), iter(range(rounds))

        def post():
            reply = s.load("post", file=file, skip=next(place) * part, events=part, batch=1, connections=64)
            if reply["failed"]:
                raise SystemExit(f"single posts: {reply}")
            return reply["events"] / reply["seconds"]

        def one_by_one():
            s.sql("TRUNCATE bare")
            return committed_singly(s, 1, sized(5, 2))

        def one_connection():
            reply = s.load("post", file=file, skip=rounds * part + next(turns) * 2000, events=2000, batch=1, connections=1)
            return reply["events"] / reply["seconds"]

        posts, singles, alone = in_turns(rounds, post, one_by_one, one_connection)
        s.sql("TRUNCATE bare")
        crowd = committed_singly(s, 64, sized(5, 2))
        yield Row("single POSTs / one commit per event", ratio(posts, singles), "times", ("at least", 10),
                  f"{statistics.median(singles):,.0f}/s one after another, {crowd:,.0f}/s from 64 sessions",
                  f"{max(posts):,.0f}/s from 64 connections, consumers running")
        yield Row("the same / one connection, a commit each", ratio(posts, alone), "times", ("at least", 10),
                  f"{statistics.median(alone):,.0f}/s from one connection")
