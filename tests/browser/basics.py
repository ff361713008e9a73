"""A page on somebody's phone, and what every such page keeps to: the plain part of WCAG 2.2."""

from typing import cast

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.support.site import StaffHttp

# 2.5.5 asks for 44 CSS px, 1.4.3 for 4.5 to 1 (3 to 1 for large letters, which nothing here uses).
_FAULTS = """
() => {
  const faults = [];
  const say = (what, element) => faults.push(`${what}: ${element.outerHTML.slice(0, 80)}`);
  const all = (selector) => [...document.querySelectorAll(selector)];

  if (document.documentElement.lang !== "es-PE") faults.push("3.1.1 the language is not said");
  if (!document.title.trim()) faults.push("2.4.2 the page has no title");
  if (all("h1").length !== 1) faults.push("1.3.1 not one main heading");
  if (all("main").length !== 1) faults.push("1.3.1 not one main region");
  all("h1,h2,h3,h4").reduce((before, each) => {
    const level = Number(each.tagName[1]);
    if (level > before + 1) say("1.3.1 a level of heading is skipped", each);
    return level;
  }, 0);

  const ids = all("[id]").map((each) => each.id);
  if (new Set(ids).size !== ids.length) faults.push("an id is used twice");
  for (const each of all("[aria-describedby],[aria-labelledby]")) {
    const named = ["aria-describedby", "aria-labelledby"].map((name) => each.getAttribute(name));
    for (const id of named.join(" ").split(/\\s+/).filter(Boolean)) {
      if (!document.getElementById(id)) say(`names what is not there (${id})`, each);
    }
  }

  for (const each of all("input:not([type=hidden]),select,textarea")) {
    if (!each.labels?.length) say("3.3.2 a field without a label", each);
    if (!each.autocomplete) say("1.3.5 a field that does not say what it takes", each);
  }
  for (const each of all("a[href],button,input:not([type=hidden])")) {
    const { width, height } = each.getBoundingClientRect();
    const size = `${Math.round(width)} × ${Math.round(height)} px`;
    if (width < 44 || height < 44) say(`2.5.5 ${size}`, each);
    if (each.tagName !== "INPUT" && !each.textContent.trim()) say("4.1.2 without a name", each);
    if (each.tabIndex > 0) say("2.4.3 jumps the order", each);
  }

  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => {
    const linear = [red, green, blue].map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parts(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
  const holdsText = (each) => [...each.childNodes].some(isText);
  for (const each of all("body *").filter(holdsText)) {
    const [ink, paper] = [light(parts(getComputedStyle(each).color)), light(ground(each))];
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) say(`1.4.3 ${ratio.toFixed(1)} to 1`, each);
  }
  return faults;
}
"""


class Phones:
    """Opens the page at `url` (over TLS) on a phone of 360 px; none of their consoles complains.

    Within a `with`: at its end the phones are gone. Raises AssertionError then when one complained.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []

    def __enter__(self) -> "Phones":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for each in self._contexts:
            each.close()
        if kind is None:
            assert self._complaints == []

    def __call__(self, who: StaffHttp) -> Page:
        """The page, ready, on the phone of `who`."""
        context = self._browser.new_context(
            viewport={"width": 360, "height": 740}, locale="es-PE", ignore_https_errors=True
        )
        self._contexts.append(context)
        for name, value in who.http.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": self._url, "secure": True}])
        page = context.new_page()
        page.on("pageerror", lambda error: self._complaints.append(str(error)))
        page.on("console", self._hear)
        page.goto(self._url)
        expect(page.locator("body")).to_have_attribute("data-ready", "true")
        return page

    def forgive(self, word: str) -> None:
        """A refusal that was provoked stands in the console: those with `word` are left out."""
        self._complaints = [each for each in self._complaints if word not in each]

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._complaints.append(said.text)


def faults_of(page: Page) -> list[str]:
    """What a program can find wrong with the page, each with its success criterion."""
    return cast(list[str], page.evaluate(_FAULTS))


def sideways_px(page: Page) -> int:
    """How far the page scrolls sideways (CSS px); 1.4.10 wants 0."""
    return page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
