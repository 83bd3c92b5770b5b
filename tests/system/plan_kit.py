"""What PostgreSQL reads for statements, by its own account: for the stories of each service's plans.

Each statement is planned while the tables are empty, as in a daemon that was there first, and keeps that plan when they have filled.
"""
import contextlib

from conftest import ROOT, System

SCANS = ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Tid Scan")


def plan_nodes(plan):
    """A plan's nodes, itself first."""
    yield plan
    for part in plan.get("Plans", []):
        yield from plan_nodes(part)


@contextlib.contextmanager
def read_plans(service, statements, fill, *options):
    """Of (name, values, most) rows of sql/queries/<service>: each one's plan after `fill` has filled the tables, by name."""
    system = System(*options)
    connection = system.connect()
    try:
        cursor = connection.cursor()
        cursor.execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")   # as the daemons do
        calls = {name: name + (f" ({values})" if values else "") for name, values, _ in statements}
        for name, call in calls.items():
            cursor.execute(f"PREPARE {name} AS {(ROOT / 'sql/queries' / service / f'{name}.sql').read_text()}")
            cursor.execute(f"EXPLAIN EXECUTE {call}")
        fill(cursor)
        found = {}
        for name, call in calls.items():
            cursor.execute("SAVEPOINT before")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE {call}")
            found[name] = cursor.fetchone()[0][0]["Plan"]
            cursor.execute("ROLLBACK TO before")
        yield found
    finally:
        connection.rollback()
        connection.close()
        system.remove()


def check_reads(plan, most, reads_nothing=False, small=()):
    """By index, and no more rows than `most`, those that a filter drops included; `small` are tables of a few rows, read as they are."""
    scans = [n for n in plan_nodes(plan) if n["Node Type"] in SCANS]
    assert scans or reads_nothing, plan
    scans = [n for n in scans if n.get("Relation Name") not in small]
    assert not [n for n in scans if n["Node Type"] == "Seq Scan"], scans
    assert all(n["Actual Rows"] * n["Actual Loops"] <= most and n.get("Rows Removed by Filter", 0) <= most for n in scans), scans
