"""Every page that a retailer's console has, and how one comes there."""
import time, urllib.parse

from goods import ADA
from piles import BUSY, LONG, TWICE


def quoted(part): return urllib.parse.quote(part, safe="")


class Page:
    """`there`: an address, or what one does in a browser to come there. `code`: the status that the hub answers with. `is_plain`: it is the
    same in any hub, whatever that holds."""

    def __init__(self, name, there, person="anna", code=200, is_plain=False):
        self.name, self.there, self.person, self.code, self.is_plain = name, there, person, code, is_plain or code != 200

    @property
    def kin(self):
        """Pages that are made from one template."""
        return self.name.split("-")[0]

    def open(self, browser):
        if isinstance(self.there, str): browser.go(self.there)
        else: self.there(browser)


class Long(Page):
    """One that goes on elsewhere. `rows`: what it lists; `next`, `back`: how one leafs through it."""

    def __init__(self, name, there, rows="main tbody tr", next="main a[rel=next]", back="main .pager a:not([rel=next])"):
        super().__init__(name, there)
        self.rows, self.next, self.back = rows, next, back

    def texts(self, browser):
        """In one question: there may be a hundred."""
        return browser.driver.execute_script("return [...document.querySelectorAll(arguments[0])].map((row) => row.innerText)", self.rows)

    def leads(self, browser):
        """Where each row leads: its text may tell an age, and be another one a minute later."""
        return browser.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])].map((row) => row.querySelector('a')?.href ?? row.innerText)", self.rows)


def conflict_address(conflict): return "/conflicts/" + quoted(conflict["id"])


def pages(retailer):
    """Of a retailer as it is now: what it has nothing of has no page."""
    hub = retailer.hub
    conflicts, sites = hub.conflicts(), [site["name"] for site in hub.ask("sites")]
    return [*entry(), *desk(conflicts, retailer.decided), *customers(hub), *orders(hub, conflicts), *stock(conflicts), *site_pages(sites),
            *figures(sites), *rules(), *team(), *errors()]


def long_pages(retailer):
    """Of a retailer with thousands of everything (`Piles`): what has more than one page shows."""
    hub = retailer.hub
    ada = "/customers/" + hub.ask("profiles/search", {"email": ADA["email"]})[0]["id"]
    record = next(one["life"] for one in hub.ask("profiles/" + ada.split("/")[-1])["records"] if one["site"] == "web")
    proposals = hub.conflicts("proposed-link")
    return [
        Page("long-talk", conflict_address({"id": retailer.talked_of})),
        Page("long-order", "/orders/" + LONG),
        *(Long("long-" + name, path, next=".pager form:has([name=after]) button", back=".pager form:not(:has([name=after])) button")
          for name, path in (("conflicts", "/conflicts"), ("quarantine", "/conflicts?kind=quarantine"))),
        # Each is a page of its own: the names of both.
        Long("long-conflict", conflict_address(proposals[0]), rows="main h1", back="main a[rel=prev]"),
        Long("long-decided", "/conflicts/decided"),
        Long("long-proposals", "/proposals", rows="main article"),
        Long("long-stock", "/stock"),
        Long("long-movements", "/stock/" + BUSY, rows="#entries tbody tr"),
        Long("long-orders", "/orders/" + TWICE, rows="main article .facts"),
        Long("long-timeline", ada, rows=".timeline li:not(.day)", next="main a[href*='?before=']", back="main a[href$='#timeline']"),
        Long("long-history", f"/history?record={quoted(record)}&field=city"),
        Long("long-sites", "/sites", rows="main tbody th[scope=row]"),
        Long("long-exchanges", "/sites/camden/exchanges"),
        Long("long-trail", "/audit"),
        Long("long-lookups", "/audit?show=look-ups"),
        Long("long-notes", "/audit?show=notes", back=None),
    ]


def searched(path, text):
    """What somebody types into a page's search, and sends."""
    def there(browser):
        browser.go(path).type("main [type=search]", text)
        browser.submit("main form[role=search] button")
    return there


def entry():
    def refused(browser):
        browser.go("/password")
        for field, text in (("old", "what it was"), ("new", "one of two passwords"), ("again", "the other of them")):
            browser.type(f"[name={field}]", text)
        browser.submit("form.card button.primary")
    return [
        Page("sign-in", "/sign-in", person=None, is_plain=True),
        Page("password", "/password", is_plain=True),
        Page("password-refused", refused, code=400),
        Page("overview", "/"),
    ]


def desk(conflicts, decided):
    def bulk(browser):
        browser.go("/conflicts")
        for box in browser.all("tbody .pick input")[:3]: browser.click(box)
        browser.submit(".bulk button")
    found = [
        Page("conflicts", "/conflicts"),
        Page("conflicts-filtered", "/conflicts?kind=oversell"),
        Page("conflicts-nothing", searched("/conflicts", "no such thing")),
        Page("conflict-unknown", "/conflicts/oversell%3Aoversold%2FNONE%20at%20nowhere", code=404),
    ]
    if decided: found.append(Page("conflict-decided", conflict_address(decided)))
    if not conflicts: return found
    one_each, about = {}, conflicts[0]["about"]
    for conflict in conflicts: one_each.setdefault(conflict["kind"], conflict)
    return found + [Page("conflict-" + kind, conflict_address(conflict)) for kind, conflict in one_each.items()] + [
        *(Page("conflict-rule", conflict_address(conflict) + "?rule=earliest") for conflict in [one_each.get("concurrent-writes")] if conflict),
        Page("conflict-viewer", conflict_address(conflicts[0]), person="vera"),
        Page("conflicts-searched", searched("/conflicts", about.get("sku") or about.get("name") or "a")),
        Page("bulk", bulk),
    ]


def customers(hub):
    found = [
        Page("customers", "/customers"),
        Page("customers-nothing", searched("/customers", "nobody@example.org")),
        Page("proposals", "/proposals"),
    ]
    # Who is in the trade, among many, or the only one.
    asked = {"email": "ada.lovelace@example.com"}, {"name": "farah"}, {"name": "grace"}
    people = next((people for people in (hub.ask("profiles/search", question) for question in asked) if people), None)
    if not people: return found
    address, field = "/customers/" + people[0]["id"], "first name"
    history = f"/history?record={quoted(people[0]['fields'][field]['record'])}&field={quoted(field)}"
    def then(browser):
        browser.go(address).open_details()
        browser.driver.execute_script("document.querySelector('[name=date]').value = arguments[0]", time.strftime("%Y-%m-%d"))
        browser.submit("form[action$='/then'] button")
    return found + [
        Page("history", history),
        Page("history-unknown", "/history?record=a&field=b", code=404),
        Page("customer-then", then),
        Page("customers-found", searched("/customers", people[0]["fields"]["first name"]["value"])),
        Page("customer", address),
        Page("customer-viewer", address, person="vera"),
    ]


def orders(hub, conflicts):
    numbers = sorted({one["about"]["name"] for one in conflicts if one["about"].get("entity") == "order" and one["about"].get("name")})
    asked = Page("order-asked", "/orders", is_plain=True)
    # One of which nothing is open, and those of which something is.
    known = [Page("order-known", "/orders/W-1001")] if hub.ask("orders/W-1001") else []
    if not numbers: return [asked, *known]
    return [
        *known,
        *(Page("order-" + number, "/orders/" + quoted(number)) for number in numbers),
        asked,
        Page("order-viewer", "/orders/" + quoted(numbers[0]), person="vera"),
        Page("customers-order", searched("/customers", numbers[0])),
    ]


def stock(conflicts):
    found = [
        Page("stock", "/stock"),
        Page("stock-nothing", "/stock?q=no+such+thing"),
        Page("stock-oversold", "/stock?only=oversold"),
        Page("stock-count", "/stock?only=count"),
        Page("stock-place", "/stock?location=camden"),
    ]
    short = [one["about"] for one in conflicts if one["kind"] == "oversell"]
    if not short: return found
    address = "/stock/" + quoted(next((about for about in short if about["location"] == "boot pool"), short[0])["sku"])
    return found + [Page("item", address), Page("item-viewer", address, person="vera")]


# Of each state one.
SITES = ("bath", "camden", "ely", "truro", "york", "shop-0000")


def site_pages(sites):
    def refused(browser):
        browser.go("/sites/new").type("[name=name]", "new")
        browser.submit("main form button.primary")
    found = [
        Page("sites", "/sites"),
        Page("sites-nothing", "/sites?q=no+such+place"),
        Page("site-new", "/sites/new", is_plain=True),
        Page("site-new-refused", refused, code=400),
        *(Page("site-" + name, "/sites/" + quoted(name)) for name in sites if name in SITES),
    ]
    # What the hub and one of them said to each other.
    found += [Page("exchanges-" + name, f"/sites/{quoted(name)}/exchanges") for name in sites if name in SITES[:2]]
    waiting = next((name for name in sites if name in SITES[4:]), None)
    def token(browser):
        browser.go("/sites/" + quoted(waiting))
        browser.submit("form[action$='/token'] button")
    return found + ([Page("site-token", token)] if waiting else [])


def figures(sites):
    flow = [Page("flow-site", "/flow?site=" + quoted(sites[0]))] if sites else []
    return [
        Page("quality", "/quality"),
        Page("quality-site", "/quality?site=camden"),
        Page("quality-field", "/quality?field=email"),
        Page("quality-articles", "/quality?entity=item"),
        Page("flow", "/flow"),
        *flow,
        Page("flow-entity", "/flow?entity=customer"),
        Page("business", "/business"),
    ]


def rules():
    def asked(what):
        def there(browser):
            browser.go("/rules")
            browser.submit(f"button[name={what}]")
        return there
    def tried(browser):
        browser.go("/rules").open_details("#edit")
        browser.type("form[action='/rules/try'] [name=words]", "unknown")
        browser.submit("form[action='/rules/try'] button.primary")
    def policy(browser):
        browser.go("/rules").choose("form[action^='/rules/policy'] [name=policy]", "longest")
        browser.submit("form[action^='/rules/policy'] button")
    return [
        Page("rules", "/rules"),
        Page("rules-weighed", asked("weigh")),
        Page("rules-ignored", asked("ignored")),
        Page("rules-tried", tried, is_plain=True),
        Page("rules-viewer", "/rules", person="vera", is_plain=True),
        Page("policy", policy, is_plain=True),
    ]


def team():
    def made(browser):
        browser.go("/people").type("form[action='/people/tokens'] [name=name]", f"desk {len(browser.all('main tr'))}")
        browser.submit("form[action='/people/tokens'] button")
    def refused(browser):
        browser.go("/people").type("form[action='/people'] [name=name]", "anna")
        browser.submit("form[action='/people'] button")
    return [
        Page("people", "/people"),
        Page("people-token", made, is_plain=True),
        Page("people-refused", refused, code=409),
        Page("audit", "/audit"),
        Page("audit-lookups", "/audit?show=look-ups"),
        Page("audit-notes", "/audit?show=notes"),
    ]


def errors():
    return [
        Page("no-page", "/nothing/here", code=404),
        Page("no-customer", "/customers/p00-1", code=404),
        Page("no-site", "/sites/nowhere", code=404),
        Page("no-article", "/stock/NOTHING", code=404),
        Page("no-order", "/orders/NOTHING", code=404),
        Page("not-allowed", "/people", person="vera", code=403),
    ]
