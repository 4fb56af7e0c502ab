"""Every page by itself: how it looks, to whom, on what screen, with how much in it."""
import collections, html.parser, urllib.parse

from browser import DESKTOP, PHONE
from hub import Broken
from pages import Long, long_pages, pages


# A page has less of both, however much there is.
ELEMENTS_MAX, BYTES_MAX = 6_000, 600_000


def examine(browser, page, hub, language, theme, axe, on_phone=False):
    """One page in one language and theme, on a desk and on a phone: what must not be there. `on_phone`: axe-core looks there, too."""
    browser.at(hub, hub.people.get(page.person)).prefer(language, theme)
    page.open(browser)
    browser.open_details("main details, .sidebar details")
    looked, found = browser.look(), []
    if looked["code"] != page.code: found.append(f"answers {looked['code']}, not {page.code}")
    if looked["elements"] > ELEMENTS_MAX: found.append(f"has {looked['elements']} elements")
    if looked["bytes"] > BYTES_MAX: found.append(f"has {looked['bytes']} bytes")
    if looked["text"]: found.append(f"a word is missing: {looked['text']!r}")
    if looked["ids"]: found.append(f"ids stand twice: {looked['ids']}")
    if looked["inline"]: found.append(f"script or style inside the page: {looked['inline']}")
    if axe: found += browser.violations(None if axe is True else axe)
    sizes = [("the desktop's", looked)]
    browser.resize(PHONE)
    sizes.append(("a phone's", browser.look()))
    if axe and on_phone: found += [f"on a phone: {line}" for line in browser.violations(None if axe is True else axe)]
    browser.resize(DESKTOP)
    found += [f"wider than {whose} screen by {seen['width']} px: {seen['wide']}" for whose, seen in sizes if seen["width"] > 0]
    found += [line for line in browser.logged() if page.code == 200 or f"status of {page.code}" not in line]
    return [f"{page.name} ({language}, {theme}): {line}" for line in found]


# Of pages from one template so many are shown to axe-core.
KIN_MAX = 2


def examine_all(stage, kind, looks):
    """`looks`: language, theme, and what axe-core is asked."""
    retailer, browser, found, kin = stage.retailer(kind), stage.browser(), [], collections.Counter()
    for page in pages(retailer):
        if page.is_plain and kind != "trade": continue
        kin[page.kin] += 1
        for language, theme, axe in looks:
            # Colours are a template's, whatever stands in them.
            axe = axe if kin[page.kin] <= (KIN_MAX if axe is True else 1) else None
            try: found += examine(browser, page, retailer.hub, language, theme, axe, on_phone=axe is True and kin[page.kin] == 1)
            except Broken as broken: found.append(f"{page.name} ({language}, {theme}): {broken}")
    return found


def test_pages(stage):
    """every page, in both languages and themes, on a desktop and on a phone of 360 px: axe-core finds nothing, nothing scrolls sideways, no
    word is missing, and the browser complains of nothing"""
    return examine_all(stage, "trade", [("en", "light", True), ("de", "dark", ["color-contrast"])])


def test_empty(stage):
    """every page of a hub that has nothing yet"""
    found = examine_all(stage, "empty", [("de", "dark", True)])
    stage.close_retailer("empty")
    return found


def test_single(stage):
    """every page of a hub that has one of everything"""
    found = examine_all(stage, "single", [("en", "dark", True)])
    stage.close_retailer("single")
    return found


def test_many(stage):
    """every page of a hub with thousands of customers, articles, conflicts, orders, proposals and lines of the trail, and hundreds of sites:
    each stays small, axe-core finds nothing in the long ones, and they go on, and back"""
    retailer, browser = stage.retailer("many"), stage.browser()
    found = examine_all(stage, "many", [("de", "light", None)])
    for page in long_pages(retailer):
        try:
            found += examine(browser, page, retailer.hub, "en", "dark", True)
            if isinstance(page, Long): found += goes_on(browser, page)
        except Broken as broken: found.append(f"{page.name}: {broken}")
    stage.close_retailer("many")
    return found


def goes_on(browser, page):
    """What does not hold of the two pages that follow a long one, and of the way back."""
    page.open(browser)
    seen, led = [page.texts(browser)], [page.leads(browser)]
    for _ in range(2):
        browser.submit(page.next)
        seen.append(page.texts(browser))
        led.append(page.leads(browser))
    found = [f"{page.name}: page {number + 1} is not the next one: {before[-1:]} {after[:1]}"
             for number, (before, after) in enumerate(zip(seen, seen[1:]), start=1) if not before or not after or set(before) & set(after)]
    if page.back:
        browser.submit(page.back)
        # One leads to the page before, most to the beginning.
        if not set(page.leads(browser)) & set(led[0] + led[1]): found.append(f"{page.name}: no way back from the third page")
    return found + [f"{page.name}: {line}" for line in browser.logged()]


class Links(html.parser.HTMLParser):
    """The addresses that a page leads to: of links, files, and of forms that only ask."""

    def __init__(self, page):
        super().__init__()
        self.found, self.form, self.fields = set(), None, []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        for name in ("href", "src"):
            if given.get(name): self.found.add(given[name])
        if tag == "form" and (given.get("method") or "get").lower() == "get": self.form, self.fields = given.get("action", ""), []
        if tag in ("input", "select") and self.form is not None and given.get("name"):
            self.fields.append((given["name"], given.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "form" and self.form is not None:
            self.found.add(self.form + "?" + urllib.parse.urlencode(self.fields))
            self.form = None


PAGES_MAX = 300


def test_links(stage):
    """from the overview on, every link and every form that only asks leads to a page"""
    hub, found = stage.retailer("trade").hub, []
    anna, waiting, seen = hub.people["anna"], ["/"], {"/": "a person"}
    while waiting and len(seen) <= PAGES_MAX:
        address = waiting.pop(0)
        answer = anna.send(address)
        body = answer.read().decode(errors="replace")
        if answer.status >= 400: found.append(f"{address}, from {seen[address]}: {answer.status}")
        if "text/html" not in (answer.headers.get("Content-Type") or ""): continue
        for link in Links(body).found | ({answer.headers["Location"]} if answer.headers.get("Location") else set()):
            whole = urllib.parse.urljoin(hub.address + address, link).split("#")[0]
            if not whole.startswith(hub.address):
                found.append(f"{address} leads elsewhere: {link}")
                continue
            path = whole.removeprefix(hub.address) or "/"
            # Of many alike some are enough: an article more is no other page.
            if path not in seen and sum(alike(path) == alike(other) for other in seen) < 25:
                seen[path] = address
                waiting.append(path)
    if len(seen) < 60: found.append(f"only {len(seen)} pages were found: {sorted(seen)}")
    return found


def alike(path):
    parts = path.split("?")[0].split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else path.split("?")[0]


def test_viewer(stage):
    """who may only look sees no button that decides, and the hub refuses what they send all the same"""
    retailer = stage.retailer("trade")
    hub, found = retailer.hub, []
    browser, vera = stage.browser(hub, "vera"), hub.people["vera"]
    conflict = next(one for one in hub.conflicts("concurrent-writes"))
    for page in pages(retailer):
        if page.person == "vera" and page.code == 200:
            page.open(browser)
            # To search, to have the rules measured, and to see how it was, is to look.
            buttons = browser.all("main form[method=post]:not([role=search], [action^='/rules#'], [action$='/then']) button:not([disabled])")
            if buttons: found.append(f"{page.name} has buttons for her: {[button.get_attribute('outerHTML') for button in buttons]}")
    address = "/conflicts/" + urllib.parse.quote(conflict["id"], safe="")
    answer = vera.send(address, {"form": vera.form_token(), "take": conflict["sides"][0]["dot"], "seen": conflict["seen"]})
    if answer.status != 403: found.append(f"her decision is answered with {answer.status}")
    answer = hub.people["ben"].send(address, {"form": vera.form_token(), "take": conflict["sides"][0]["dot"], "seen": conflict["seen"]})
    if answer.status != 403: found.append(f"a form of another session is answered with {answer.status}")
    if not [one for one in hub.conflicts("concurrent-writes") if one["id"] == conflict["id"]]: found.append("it was decided")
    return found
