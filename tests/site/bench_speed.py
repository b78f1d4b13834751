"""How long a page takes on a slow line and a slow machine: `make bench`.

A report, not a test: times differ from one machine to the next. `make status`
puts it on the status page.
"""

import json
import tomllib
from pathlib import Path
from statistics import median

from pages import PAGES
from served import Server

RECORD = Path("_build/pages.json")
LOADS = 5  # of which the median is told

LINE = {  # a weak mobile network: 1.44 Mbit/s down, 150 ms
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.44e6 / 8,
    "uploadThroughput": 0.67e6 / 8,
}
SLOWER = 4
BUDGET = tomllib.loads(
    Path(__file__).with_name("budget.toml").read_text(encoding="utf-8")
)
WANTED = (
    "   wanted: loaded within {loaded} s, largest paint within {painted} s, "
    "the second time within {again} s"
)

TIMES = """async () => {
  const [{loadEventEnd}] = performance.getEntriesByType('navigation');
  const paint = await new Promise(done => new PerformanceObserver(list =>
    done(list.getEntries().at(-1).startTime)
  ).observe({type: 'largest-contentful-paint', buffered: true}));
  return [loadEventEnd / 1000, paint / 1000];
}"""


def load(visit, server, name):
    """A first visit, read to its end, and the times of it and of a second one."""
    seen = visit("about:blank")
    devtools = seen.page.context.new_cdp_session(seen.page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", LINE)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    seen.page.set_default_timeout(60_000)
    url = f"{server.url}{name}.html"
    seen.open(url)
    first = seen.page.evaluate(TIMES)
    shift, _ = seen.read_to_the_end().shift()
    weights = seen.weights(server)
    seen.open(url)
    again = seen.page.evaluate(TIMES)
    seen.page.context.close()
    return shift, weights, [*first, *again]


def test_speed(visit, site):
    print(
        f"\n\n{'page':24}{'loaded':>9}{'painted':>9}{'shift':>9}{'KB':>7}{'script':>8}   again: loaded  painted"
    )
    record = {}
    with Server(site) as server:
        for name in PAGES:
            loads = [load(visit, server, name) for _ in range(LOADS)]
            shift = max(shift for shift, *_ in loads)
            weights = loads[0][1]
            page = sum(size for size, *_ in weights)
            script = sum(size for size, kind, _ in weights if kind == "script")
            loaded, painted, *again = map(
                median, zip(*(times for *_, times in loads))
            )
            print(
                f"{name:24}{loaded:7.2f} s{painted:7.2f} s{shift:9.4f}"
                f"{page / 1000:7.0f}{script / 1000:8.1f}{again[0]:15.2f} s{again[1]:7.2f} s"
            )
            record[name] = {
                "page": page,
                "script": script,
                "loaded": loaded,
                "painted": painted,
                "shift": shift,
            }
    print(WANTED.format(**BUDGET))
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(record), encoding="utf-8")
