"""Memory of gateway and daemon over a million requests of all sorts."""
from rig import Row, System, memory_kb, sized, wrk

MIX = """
local n, etag = 0, nil
request = function()
  n = n + 1
  local m = string.format("/analytics/%s", members[math.random(#members)])
  if n % 10 == 0 then return wrk.format("GET", m .. "/insights") end
  if n % 10 == 1 then return wrk.format("GET", m .. "/charts/spend.svg") end
  if n % 10 == 2 then return wrk.format("GET", m .. "/dashboard?period=year&compare=last_year") end
  if n % 10 == 3 and etag then return wrk.format("GET", m .. "/dashboard", {["If-None-Match"] = etag, Authorization = token}) end
  return wrk.format("GET", m .. "/dashboard")
end
response = function(status, headers) etag = headers["ETag"] or etag end
"""


def run():
    with System() as s:
        s.aectl("generate", "--members", 500, "--url", s.url, "--token", s.token)
        s.caught_up()
        members = [r[0] for r in s.sql("SELECT member_id FROM analytics.member_analytics LIMIT 200")]
        script = s.dir / "mix.lua"
        script.write_text(f"members = {{{', '.join(repr(m) for m in members)}}}\ntoken = 'Bearer {s.token}'\n{MIX}")
        wanted, done, first = sized(1_000_000, 60_000), 0, None
        pids = {"gateway": s.pid("gateway"), "analytics": s.pid("analytics-1")}
        while done < wanted:
            done += wrk(s, "/", sized(20, 3), script=script) * sized(20, 3)
            if first is None:
                first, after = {k: memory_kb(p) for k, p in pids.items()}, done
        for name, pid in pids.items():
            now = memory_kb(pid)
            yield Row(f"memory of {name}, growth", (now - first[name]) / 1024, "MB", ("below", 2),
                      f"{first[name] / 1024:.1f} MB after {after:,.0f} requests", f"{now / 1024:.1f} MB after {done:,.0f}")
