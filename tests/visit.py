"""One reader's visit to one page, and what was noticed meanwhile."""

from urllib.parse import urlsplit

from playwright.sync_api import Page

WATCH = """
window.noticed = {shifts: [], refused: []};
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  if (!entry.hadRecentInput) noticed.shifts.push([entry.value, entry.sources
    .map(source => source.node?.parentElement ? source.node : null)
    .map(node => node?.outerHTML?.slice(0, 80) ?? node?.textContent ?? '?')]);
})).observe({type: 'layout-shift', buffered: true});
document.addEventListener('securitypolicyviolation', event =>
  noticed.refused.push(`${event.effectiveDirective}: ${event.blockedURI}`));
"""

# To the end and back, until all that this brings up has come.
READ_TO_THE_END = """async () => {
  // Chromium was seen to stop drawing frames, for ever
  const wait = time => new Promise(done => setTimeout(done, 1000 * time));
  const frame = () =>
    Promise.race([new Promise(requestAnimationFrame), wait(1)]);
  const height = document.documentElement.scrollHeight;
  for (let y = 0; y <= height; y += innerHeight) {
    scrollTo({top: y, behavior: 'instant'});
    await frame();
  }
  const pictures = [...document.images]
    .filter(image => image.checkVisibility());
  const loaded = image => image.complete || new Promise(done => {
    image.onload = image.onerror = done;
  });
  await Promise.race([wait(3), Promise.all(pictures.map(loaded))]);
  await Promise.race([wait(3), document.fonts.ready]);
  scrollTo({top: 0, behavior: 'instant'});
  await frame();
  await frame();
}"""

LOOK = """() => {
  // What reaches beyond the right edge and is not cut off by a box around it
  const wide = [...document.body.querySelectorAll('*')].filter(element => {
    const {left, width} = element.getBoundingClientRect();
    const spills = getComputedStyle(element).overflowX === 'visible';
    const inside = spills ? element.scrollWidth : 0;
    const reach = left + Math.max(width, inside);
    if (reach <= innerWidth + 1) return false;
    for (let box = element; box !== document.body; box = box.parentElement) {
      const {overflowX, position} = getComputedStyle(box);
      if (position === 'fixed') return false;
      if (overflowX !== 'visible' && box !== element) return false;
    }
    return true;
  });
  return {
    ...noticed,
    policy: document.querySelector('meta[http-equiv=Content-Security-Policy]')
      ?.content ?? '',
    hints: [...document.querySelectorAll(`link:is(
      [rel~=preconnect], [rel~=dns-prefetch], [rel~=prefetch], [rel~=prerender]
    )`)].map(link => link.href),
    sideways: document.documentElement.scrollWidth - innerWidth,
    wide: wide
      .filter(one => !wide.some(part => part !== one && one.contains(part)))
      .map(one => one.cloneNode().outerHTML.slice(0, 80)
        + one.textContent.slice(0, 80)),
  };
}"""


class Visit:
    """Opens an address; keeps requests, complaints and layout shifts."""

    def __init__(self, page: Page, url: str):
        self.page = page
        self.requests = {}  # kind by address, in the order of asking
        self.complaints = []
        self.noticed = {"hints": []}
        page.on("request", self.note_request)
        page.on(
            "requestfailed",
            lambda request: self.complain(
                f"request failed: {request.url} ({request.failure})"
            ),
        )
        page.on("response", self.note_response)
        page.on("console", self.note_message)
        page.on(
            "pageerror",
            lambda error: self.complain(f"uncaught: {error.message}"),
        )
        page.add_init_script(WATCH)
        self.open(url)

    def open(self, url):
        self.url = url
        answer = self.page.goto(url, wait_until="load")
        self.status = answer and answer.status

    def complain(self, about):
        self.complaints.append(about)

    def note_request(self, request):
        if not request.url.startswith(("data:", "blob:")):
            self.requests.setdefault(request.url, request.resource_type)

    def note_response(self, response):
        if response.status >= 400 and response.url != self.url:
            self.complain(f"status {response.status}: {response.url}")

    def note_message(self, message):
        # A status is noted above, and its page may be meant to be missing.
        if (
            message.type in ("error", "warning")
            and "Failed to load resource" not in message.text
        ):
            self.complain(f"{message.type} in the console: {message.text}")

    def read_to_the_end(self):
        self.page.evaluate(READ_TO_THE_END)
        self.noticed = self.look()
        return self

    def look(self):
        return self.page.evaluate(LOOK)

    def asked_elsewhere(self):
        home = urlsplit(self.url)
        asked = [*self.requests, *self.noticed["hints"]]
        return [url for url in asked if urlsplit(url)[:2] != home[:2]]

    def shift(self):
        """How far the page moved while it loaded, and what moved."""
        shifts = self.noticed["shifts"]
        moved = [f"{value:.4f}: {', '.join(what)}" for value, what in shifts]
        return sum(value for value, _ in shifts), moved

    def weights(self, server):
        """Rows of bytes, kind and address, the heaviest first."""
        return sorted(
            (
                (server.weight(url), kind, url.removeprefix(server.url))
                for url, kind in self.requests.items()
            ),
            reverse=True,
        )
