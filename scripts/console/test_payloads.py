"""What is typed into a till or posted by a web shop is text on every page, whatever it looks like."""
import re, urllib.parse

from hub import Broken
from pages import conflict_address, quoted
from payloads import payloads

# Before any script of a page: what a payload would call.
TRAP = """
window.pwned = [];
window.pwn = window.alert = window.confirm = window.prompt = (what) => window.pwned.push(what);
"""

# Elements and attributes that the console's own pages have; a payload that becomes another one, or an address of elsewhere, is found by it.
SEARCH = """
const tags = new Set(("html head meta title link script body a div header nav ul ol li p b i small span h1 h2 h3 h4 br svg use path rect circle "
  + "ellipse line polyline polygon g text tspan defs marker desc clipPath linearGradient stop main section article table caption thead tbody "
  + "tfoot tr th td form fieldset legend label input select optgroup option datalist button textarea details summary dl dt dd time code kbd "
  + "mark output dialog figure figcaption").split(" ")), found = [];
for (const element of document.querySelectorAll("*")) {
  if (!tags.has(element.localName)) found.push("element " + element.outerHTML.slice(0, 120));
  for (const { name, value } of element.attributes) {
    if (/^on|^style$|pwn|^srcdoc$/.test(name)) found.push("attribute " + name + " of " + element.outerHTML.slice(0, 120));
    if (["href", "src", "action", "formaction", "xlink:href"].includes(name)) {
      const address = new URL(value, document.baseURI);
      if (address.origin !== location.origin) found.push("address " + value);
    }
  }
}
if (document.querySelectorAll("script").length !== 1) found.push(document.querySelectorAll("script").length + " scripts");
if (window.pwned === undefined) found.push("the trap is gone");
for (const number of window.pwned || []) found.push("called: " + number);
for (const { name } of performance.getEntriesByType("resource")) if (new URL(name).origin !== location.origin) found.push("asked " + name);
if (document.cookie.includes("pwn")) found.push("cookie " + document.cookie);
const fields = [...document.querySelectorAll("input, option, [title], [aria-label]")]
  .flatMap((one) => [one.value, one.title, one.getAttribute("aria-label")]);
return [found, document.body.textContent + "\\n" + fields.filter(Boolean).join("\\n")];
"""


# Whatever the field would take of it by itself.
TYPE = """
const field = document.querySelector(arguments[0]);
field.removeAttribute("maxlength");
field.type = "text";
field.value = arguments[1];
field.form.noValidate = true;
field.form.requestSubmit();
"""


def plain(text):
    """As a page shows it: a control character as the mark of what cannot be shown, and any white space as one."""
    return re.sub(r"\s+", " ", re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]", "\ufffd", text)).strip()


class Watch:
    """Pages with payloads: what became of them, and which of them were seen as text."""

    def __init__(self, browser):
        self.browser, self.found, self.seen, self.texts = browser, [], {}, {}
        self.trap = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": TRAP})["identifier"]
        self.all = payloads()

    def look(self, what):
        """At the page that is open: nothing of it may have become more than text."""
        url = self.browser.driver.current_url
        if not url.startswith(self.browser.hub.address): raise Broken(f"{what} led to {url}")
        self.browser.open_details()
        found, text = self.browser.driver.execute_script(SEARCH)
        self.found += [f"{what}: {line}" for line in found + [line for line in self.browser.logged() if "status of 404" not in line]]
        text = plain(text)
        for payload in self.all:
            if plain(payload) in text: self.seen.setdefault(payload, set()).add(what)
        return text

    def expect(self, what, expected):
        """Of the payloads that must stand on a page, those that stand there in another form."""
        text = self.look(what)
        self.found += [f"{what}: not shown as it was typed: {payload!r}" for payload in expected if plain(payload) not in text]

    def close(self): self.browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": self.trap})


def test_payloads(stage):
    """over 200 payloads (tags, attributes, entities, templates, marks that join quotes, addresses), typed into a till and posted by a web shop,
    are text on every page where they stand: nothing is called, nothing made of them, nothing asked elsewhere"""
    texts = payloads()
    retailer = stage.retailer("hostile")
    hub, browser = retailer.hub, stage.browser(retailer.hub, "anna")
    watch = Watch(browser)
    try:
        walk(watch, hub, browser, texts)
    finally: watch.close()
    missing = [payload for payload in texts if len(watch.seen.get(payload, ())) < 2]
    watch.found += [f"stands on {len(watch.seen.get(payload, ()))} pages only: {payload!r}" for payload in missing]
    stage.close_retailer("hostile")
    few = watch.found[:40]
    return few + ([f"and {len(watch.found) - 40} more"] if len(watch.found) > 40 else [])


# Not the way back to the first page.
NEXT = ".pager form:has([name=after]) button"


def walk(watch, hub, browser, texts):
    conflicts = hub.conflicts()
    # The queue, to its end.
    browser.go("/conflicts")
    for number in range(12):
        watch.look(f"conflicts {number + 1}")
        if not browser.has(NEXT): break
        browser.submit(NEXT)
    # Each kind of conflict, and of those about values every seventh.
    kinds = {}
    for conflict in conflicts: kinds.setdefault(conflict["kind"], []).append(conflict)
    for kind, alike in kinds.items():
        is_of_values = kind == "concurrent-writes"
        for conflict in alike[::20] if is_of_values else alike[:1]:
            browser.go(conflict_address(conflict))
            watch.expect(f"conflict {kind}", [side["value"] for side in conflict["sides"]] if is_of_values else [])
    # A decision with a payload for its reason, and what follows from it.
    writes = kinds["concurrent-writes"]
    for text, conflict in zip(texts[::60], writes):
        browser.go(conflict_address(conflict))
        browser.driver.execute_script("document.querySelector('[name=note]').value = arguments[0]", text)
        browser.submit("button[name=take]")
        watch.expect("conflict, decided", [text])
    browser.go("/conflicts?kind=concurrent-writes")
    for box in browser.all("tbody .pick input")[:20]: browser.click(box)
    browser.submit(".bulk button")
    watch.look("bulk")
    browser.go("/audit")
    watch.expect("audit", texts[::60][:len(writes)])
    customers(watch, hub, browser, texts)
    orders(watch, browser, texts)
    stock(watch, hub, browser, texts)
    for path in ("/", "/proposals", "/sites/web", "/sites/till", "/sites", "/audit?show=look-ups"):
        browser.go(path)
        watch.look(path)
    typed(watch, browser, texts)


def customers(watch, hub, browser, texts):
    people = [hub.ask("profiles/search", {"email": email}) for email in [f"hostile{row}@example.com" for row in range(0, len(texts), 30)]
              + [texts[(row + 9) % len(texts)] + "@example.com" for row in range(0, len(texts), 10)]]
    for found in [found[0] for found in people if found]:
        browser.go("/customers/" + found["id"])
        watch.expect("customer", [value["value"] for name, value in found["fields"].items() if value["value"] in texts])
    for text in texts[::60]:
        browser.go("/customers")
        browser.leave(lambda: browser.driver.execute_script(TYPE, "main [name=q]", text))
        watch.expect("customers", [text])
        if browser.path != "/customers": watch.found.append(f"what was looked for stands in the address {browser.path}")


def orders(watch, browser, texts):
    """Number, state, article, and the shipment's state, carrier and tracking number."""
    for row in range(0, len(texts), 30):
        browser.go("/orders/" + quoted(texts[row]))
        watch.expect("order", [texts[(row + number) % len(texts)] for number in range(7)])


def stock(watch, hub, browser, texts):
    browser.go("/stock")
    listed = set()
    for number in range(12):
        watch.look(f"stock {number + 1}")
        listed |= {link.get_attribute("href") for link in browser.all("table tbody th a")}
        if not browser.has(".pager a[rel=next]"): break
        browser.submit(".pager a[rel=next]")
    # Every article's link leads to that article, whatever its SKU looks like.
    anna = hub.people["anna"]
    skus = {text for text in texts if hub.ask("stock/" + quoted(text))}
    found = {urllib.parse.unquote(address.removeprefix(hub.address + "/stock/")) for address in listed}
    lost = sorted(skus - found)
    if lost: watch.found.append(f"{len(lost)} of {len(skus)} SKUs are listed nowhere, or link elsewhere: {lost[:5]}")
    for address in sorted(listed)[::3]:
        status = anna.send(address.removeprefix(hub.address)).status
        if status != 200: watch.found.append(f"{address.removeprefix(hub.address)} answers {status}")
    for text in sorted(skus)[::40]:
        browser.go("/stock/" + quoted(text))
        watch.expect("item", [text])


def typed(watch, browser, texts):
    """What a page gives back that refuses what was typed, and an address that holds a payload."""
    fields = (("/sites/new", "name"), ("/people", "name"), ("/people", "days"), ("/stock", "q"), ("/stock", "location"), ("/sites", "q"),
              ("/conflicts", "text"))
    for (path, field), text in zip(fields, texts[5::29]):
        browser.go(path)
        browser.leave(lambda: browser.driver.execute_script(TYPE, f"main [name={field}]", text[:60]))
        browser.logged()
        watch.expect(f"{path}, typed", [text[:60]] if field != "days" else [])
    addresses = ("/%s", "/customers/%s", "/conflicts/%s", "/stock/no%%20%s", "/orders/no%%20%s", "/sites/%s", "/?said=%s", "/audit?show=look-ups&who=%s",
                 "/stock?location=%s", "/stock?after=%s", "/conflicts?kind=%s&site=%s", "/sign-in?to=%s", "/quality?site=%s", "/quality?entity=%s",
                 "/rules?entity=%s&field=%s")
    for address, text in zip(addresses, texts[3::17]):
        browser.go(address % ((quoted(text),) * address.count("%s")))
        browser.logged()
        watch.look(f"{address} with {text}")
