"""How long a page takes on a slow line and a slow machine: `make bench`.

A report, not a test: times differ from one machine to the next.
"""

from pages import PAGES
from served import Server

LINE = {  # a weak mobile network: 1.44 Mbit/s down, 150 ms
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.44e6 / 8,
    "uploadThroughput": 0.67e6 / 8,
}
SLOWER = 4
WANTED = "   wanted: loaded within 2.5 s, largest paint within 1.5 s"

TIMES = """async () => {
  const [{loadEventEnd}] = performance.getEntriesByType('navigation');
  const paint = await new Promise(done => new PerformanceObserver(list =>
    done(list.getEntries().at(-1).startTime)
  ).observe({type: 'largest-contentful-paint', buffered: true}));
  return [loadEventEnd / 1000, paint / 1000];
}"""


def test_speed(visit, site):
    print(
        f"\n\n{'page':24}{'loaded':>9}{'painted':>9}{'shift':>9}{'KB':>7}   again: loaded  painted"
    )
    with Server(site) as server:
        for name in PAGES:
            seen = visit("about:blank")
            devtools = seen.page.context.new_cdp_session(seen.page)
            devtools.send("Network.enable")
            devtools.send("Network.emulateNetworkConditions", LINE)
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            seen.page.set_default_timeout(60_000)
            url = f"{server.url}{name}.html"
            seen.open(url)
            loaded, painted = seen.page.evaluate(TIMES)
            kilobytes = sum(row[0] for row in seen.weights(server)) / 1000
            shift, _ = seen.read_to_the_end().shift()
            seen.open(url)
            again = seen.page.evaluate(TIMES)
            print(
                f"{name:24}{loaded:7.2f} s{painted:7.2f} s{shift:9.4f}"
                f"{kilobytes:7.0f}{again[0]:15.2f} s{again[1]:7.2f} s"
            )
            seen.page.context.close()
    print(WANTED)
