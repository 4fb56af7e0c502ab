"""What people do at the console, and what comes of it at the hub and in the shops."""
from browser import DESKTOP, PHONE
from hub import Broken, wait
from pages import conflict_address


def of_field(hub, name, field):
    """The conflict about a field of what is called that."""
    found = [one for one in hub.conflicts("concurrent-writes") if one["about"].get("field") == field and one["about"].get("name") == name]
    if not found: raise Broken(f"there is no conflict about the {field} of {name}")
    return found[0]


def names(retailer, number):
    person = retailer.known[number]
    return f"{person['first_name']} {person['last_name']}", person["email"]


def shown(hub, email, field):
    """What the hub shows of a customer."""
    found = hub.ask("profiles/search", {"email": email})
    return found[0]["fields"].get(field, {}).get("value") if found else None


def decisions(hub, author=None):
    return [one for one in hub.ask("decisions") if author in (None, one["author"])]


def test_sign_in(stage):
    """a colleague is added at the console, signs in with the first password, must choose another, and sees no more than her role; signed out,
    the way to a page leads over the sign-in, and after it to that page"""
    hub = stage.retailer("trade").hub
    browser = stage.browser(hub, "anna")
    browser.go("/people").type("form[action='/people'] [name=name]", "dora")
    browser.choose("form[action='/people'] [name=role]", "operator")
    browser.submit("form[action='/people'] button")
    first = browser.one(".cmd code").text
    browser.at(hub).go("/sites?state=silent")
    if not browser.path.startswith("/sign-in?to="): return [f"a visitor is let in at {browser.path}"]
    def sign_in(password):
        browser.type("[name=name]", "dora")
        browser.type("[name=password]", password)
        browser.submit("form.card button")
    sign_in("not " + first)
    if not browser.has("[role=alert]"): return ["a wrong password is not told"]
    browser.logged()
    sign_in(first)
    if browser.path != "/password": return [f"the first password leads to {browser.path}"]
    browser.go("/stock")
    if browser.path != "/password": return [f"with the first password she sees {browser.path}"]
    for field, text in (("old", first), ("new", "her own words for it"), ("again", "her own words for it")): browser.type(f"[name={field}]", text)
    browser.submit("form.card button.primary")
    if browser.path.split("?")[0] != "/" or not browser.has(".note[role=status]"): return [f"a password of her own leads to {browser.path}"]
    if browser.has("nav a[href='/people']"): return ["an operator is shown the way to /people"]
    browser.open_details("details.user")
    browser.submit(".sidebar form[action='/sign-out'] button")
    if browser.path != "/sign-in": return [f"signed out, she is at {browser.path}"]
    browser.go("/sites?state=silent")
    sign_in("her own words for it")
    return [] if browser.path == "/sites?state=silent" else [f"she wanted /sites?state=silent and is at {browser.path}"]


def test_preferences(stage):
    """language and theme are chosen in the menu and stay"""
    hub, found = stage.retailer("trade").hub, []
    browser = stage.browser(hub, "ben").go("/sites")
    before = browser.one("h1").text
    for name, value in (("language", "de"), ("theme", "dark")):
        browser.open_details("details.user")
        browser.leave(lambda: browser.choose(f".sidebar form[action='/preferences'] [name={name}]", value))
    seen = [browser.one("html").get_attribute(name) for name in ("lang", "data-theme")]
    if seen != ["de", "dark"]: found.append(f"it is {seen}")
    if browser.path != "/sites" or browser.one("h1").text == before: found.append(f"{browser.path} says {browser.one('h1').text!r}")
    return found


def test_phone(stage):
    """on a phone the menu opens, leads to every section, and a conflict is decided with nothing hidden beside the screen"""
    hub, found = stage.retailer("trade").hub, []
    browser = stage.browser(hub, "ben")
    browser.resize(PHONE)
    try:
        browser.go("/")
        browser.click(browser.one("details.menu summary"))
        links = [link for link in browser.all("details.menu nav a") if link.is_displayed()]
        if len(links) < 5: found.append(f"the menu shows {len(links)} sections")
        if browser.look()["width"] > 0: found.append(f"with the menu open it is wider than the screen: {browser.look()['wide']}")
        browser.leave(next(link for link in links if link.get_attribute("href").endswith("/conflicts")).click)
        browser.submit("table[data-rows] tbody a")
        for button in browser.all("main .side button, main .side input"):
            box = browser.driver.execute_script("return arguments[0].getBoundingClientRect().toJSON()", button)
            if box["left"] < 0 or box["right"] > PHONE[0]: found.append(f"{button.text or 'a field'} lies beside the screen")
            if box["height"] < 24: found.append(f"{button.text or 'a field'} is {box['height']} px high: too small for a finger")
    finally: browser.resize(DESKTOP)
    return found


def test_decide(stage):
    """a conflict is decided in the browser, and a shop's own agent then finds the value that was taken; undone, the sides stand again"""
    retailer = stage.retailer("trade")
    hub, (name, email) = retailer.hub, names(retailer, 4)
    conflict = of_field(hub, name, "phone")
    value, dot = conflict["sides"][0]["value"], conflict["sides"][0]["dot"]
    if shown(hub, email, "phone") == value: raise Broken("the value to be taken is shown already")
    browser = stage.browser(hub, "ben").go("/conflicts")
    browser.type("form.filter [type=search]", name)
    browser.submit("form.filter button")
    if name.split()[0] in browser.path: return ["a name stands in an address"]
    browser.leave(browser.driver.find_element("partial link text", name).click)
    browser.says(*[side["value"] for side in conflict["sides"]])
    browser.type("[name=note]", "rang him up")
    browser.submit(f"button[name=take][value='{dot}']")
    browser.says("ben", value, "rang him up")
    if not browser.has(".note[role=status]"): return ["nothing says that it is decided"]
    if shown(hub, email, "phone") != value: return [f"the hub shows {shown(hub, email, 'phone')}"]
    retailer.leith.sync()
    if [found["fields"]["phone"]["value"] for found in retailer.leith.find_customer(email)] != [value]:
        return [f"Leith finds {retailer.leith.find_customer(email)}"]
    browser.submit("form[action$='/undo'] button")
    browser.says(*[side["value"] for side in conflict["sides"]])
    of_field(hub, name, "phone")
    latest = decisions(hub)[0]
    return [] if latest["author"] == "ben" and "undo" in str(latest["choice"]) else [f"the latest decision is {latest}"]


def test_two_at_once(stage):
    """two operators decide one conflict at the same time: the second is told what the first did, and nothing is decided twice"""
    retailer = stage.retailer("trade")
    hub, (name, email) = retailer.hub, names(retailer, 6)
    conflict = of_field(hub, name, "city")
    first, second = [side["dot"] for side in conflict["sides"]]
    ben, cleo = stage.browser(hub, "ben"), stage.another_browser(hub, "cleo")
    for browser in (ben, cleo): browser.go(conflict_address(conflict))
    cleo.type("[name=note]", "as on the parcel")
    ben.submit(f"button[name=take][value='{first}']")
    before = len(decisions(hub))
    cleo.submit(f"button[name=take][value='{second}']")
    found = []
    if not cleo.has("[role=alert]"): found.append(f"the second is told nothing: {cleo.words[:300]}")
    if "ben" not in cleo.words or conflict["sides"][0]["value"] not in cleo.words:
        found.append(f"the second does not see what ben took: {cleo.words[:400]}")
    if len(decisions(hub)) != before or shown(hub, email, "city") != conflict["sides"][0]["value"]: found.append("the second decided, too")
    if cleo.has("button[name=take]"): found.append("the second may take a side of what is over")
    # What was decided can be taken back by whoever was late, and decided otherwise then.
    cleo.submit("form[action$='/undo'] button")
    side = next(side for side in cleo.all(".side") if conflict["sides"][1]["value"] in side.text)
    cleo.leave(lambda: cleo.click(side.find_element("css selector", "button[name=take]")))
    if shown(hub, email, "city") != conflict["sides"][1]["value"]: found.append(f"undone and decided anew, it is {shown(hub, email, 'city')}")
    found += [line for line in cleo.logged() if "status of 409" not in line]
    cleo.close()
    return found


def test_note(stage):
    """a note that one operator writes by keys alone a colleague reads, in the queue and in the conflict, and after it is decided"""
    retailer = stage.retailer("trade")
    hub, found = retailer.hub, []
    conflict = next(one for one in hub.conflicts("oversell"))
    ben, cleo = stage.browser(hub, "ben").go(conflict_address(conflict)), stage.another_browser(hub, "cleo")
    from selenium.webdriver.common.keys import Keys
    ben.press("m")
    ben.press([*"counting tonight", Keys.TAB])
    ben.leave(lambda: ben.press([Keys.ENTER]))
    if not ben.has(".note[role=status]"): found.append("nothing says that the note is kept")
    cleo.go("/conflicts?kind=oversell")
    marks = [mark.get_attribute("title") for mark in cleo.all("tbody th .tag")]
    if marks != ["ben: counting tonight"]: found.append(f"the queue shows {marks}")
    cleo.go(conflict_address(conflict))
    cleo.says("ben", "counting tonight")
    cleo.type("textarea[name=text]", "there are none")
    cleo.submit("form[action$='/notes'] button")
    if conflict["id"] not in [one["id"] for one in hub.conflicts("oversell")]: found.append("a note decides")
    ben.go(conflict_address(conflict))
    ben.says("cleo", "there are none")
    ben.resize(PHONE)
    try:
        box = ben.driver.execute_script("return arguments[0].getBoundingClientRect().toJSON()", ben.one("textarea[name=text]"))
        if box["left"] < 0 or box["right"] > PHONE[0]: found.append("on a phone the note lies beside the screen")
    finally: ben.resize(DESKTOP)
    cleo.close()
    return found


def test_history(stage):
    """h leads from a conflict to everything that was written into its field, with who decided what; a customer's fields lead there, too, and
    no address of it holds a value"""
    retailer = stage.retailer("trade")
    hub, found = retailer.hub, []
    conflict = next(one for one in hub.conflicts("concurrent-writes") if one["about"].get("profile"))
    values = [side["value"] for side in conflict["sides"]]
    browser = stage.browser(hub, "ben").go(conflict_address(conflict))
    browser.leave(lambda: browser.press("h"))
    browser.says(*values)
    if any(value in browser.path for value in values): found.append(f"a value stands in {browser.path}")
    if len(browser.all("main tbody tr")) < len(values): found.append("not every side is in the history")
    browser.leave(lambda: browser.press("u"))
    if browser.path != "/customers/" + conflict["about"]["profile"]: found.append(f"u leads to {browser.path}")
    if not browser.has("a[href^='/history?record=']"): found.append("no field of the customer leads to its history")
    return found


def test_rule(stage):
    """a rule is written from a conflict: each side offers its site's word, what it would do is shown first, an operator is told who may set it,
    and what an admin sets there decides all of that field, until she takes it back on the same page"""
    retailer = stage.retailer("trade")
    hub, found = retailer.hub, []
    conflict = next(one for one in hub.conflicts("concurrent-writes") if one["about"]["entity"] == "customer" and one["sides"][0]["site"] != "hub")
    entity, field, site = conflict["about"]["entity"], conflict["about"]["field"], conflict["sides"][0]["site"]
    def open_now(): return [one["id"] for one in hub.conflicts("concurrent-writes") if one["about"].get("field") == field]
    before = open_now()
    ben, anna = stage.browser(hub, "ben").go(conflict_address(conflict)), stage.another_browser(hub, "anna")
    ben.press("r")
    focus = ben.driver.execute_script("return document.activeElement.name")
    if focus != "rule": found.append(f"r leads to {focus}")
    ben.leave(lambda: ben.click(ben.one(".side.a .after a")))
    chosen = ben.one("select[name=rule]").get_attribute("value")
    if chosen != f"ranked: {site}": found.append(f"the first side offers {chosen}, not {site}")
    ben.says("anna", str(len(before)))
    if ben.has("form[action$='/rule']"): found.append("an operator may set a rule")
    anna.go(conflict_address(conflict)).choose("select[name=rule]", "longest")
    anna.submit("form[action$='#rule'] button")
    if hub.ask("policies"): found.append("a look sets a rule")
    if not anna.has("section:has(#rule) .list li"): found.append("no example says what would be shown")
    anna.submit("form[action$='/rule'] button")
    rules = [(one["entity"], one["field"], one["policy"]) for one in hub.ask("policies")]
    if rules != [(entity, field, "longest")]: found.append(f"the rules are {rules}")
    if conflict["id"] in open_now(): found.append("the rule decides nothing")
    anna.says("anna")
    anna.submit("form[action$='/undo'] button")
    if hub.ask("policies") or sorted(open_now()) != sorted(before): found.append("taken back, it is not what it was")
    anna.close()
    return found


def test_customers(stage):
    """two customers are linked by hand and parted again, and a proposal is accepted; no address holds a name, and every look is in the trail"""
    retailer = stage.retailer("trade")
    hub, found = retailer.hub, []
    people = [names(retailer, number) for number in (40, 41)]
    profiles = [hub.ask("profiles/search", {"email": email})[0] for _, email in people]
    browser = stage.browser(hub, "ben").go("/customers")
    browser.type("main [type=search]", people[0][1])
    browser.submit("main form[role=search] button")
    if browser.path != "/customers": found.append(f"what was looked for stands in the address {browser.path}")
    browser.submit("#results tbody th a")
    browser.says(people[0][0], people[0][1])
    browser.open_details()
    browser.type("form[action$='/link'] [name=record]", profiles[1]["id"])
    browser.type("form[action$='/link'] [name=note]", "showed both cards")
    browser.submit("form[action$='/link'] button.primary")
    browser.says(people[1][1])
    one = hub.ask("profiles/search", {"email": people[1][1]})[0]
    together = sum(len(profile["records"]) for profile in profiles)
    if len(one["records"]) != together: found.append(f"linked, they have {len(one['records'])} records, not {together}")
    life = profiles[1]["records"][0]["life"]
    browser.open_details()
    browser.submit(f"form[action$='/unlink']:has([value='{life}']) button")
    parted = [hub.ask("profiles/search", {"email": email})[0]["id"] for _, email in people]
    if parted[0] == parted[1]: found.append("unlinked, they are still one")
    browser.go("/proposals")
    pair = [browser.one(f"form[action='/proposals/decide'] [name={name}]").get_attribute("value") for name in ("lower", "higher")]
    browser.submit("form[action='/proposals/decide'] button[value=same]")
    if not browser.has(".note[role=status]"): found.append("nothing says that a proposal is accepted")
    if browser.has(f"form:has([value='{pair[0]}']):has([value='{pair[1]}'])"): found.append("an accepted proposal stays")
    who = [entry for entry in hub.ask("look-ups") or [] if "ben" in str(entry)]
    if not who: found.append("his looks are not in the trail")
    return found


def test_keyboard(stage):
    """the queue and a conflict are worked through by keys alone: j k x Enter / ? and 1 n j u"""
    hub, found = stage.retailer("trade").hub, []
    browser = stage.browser(hub, "ben").go("/conflicts")
    run = browser.driver.execute_script
    def here(): return run("return [...document.querySelectorAll('[data-rows] tbody tr')].findIndex((row) => row.classList.contains('here'))")
    def focus(): return run("const one = document.activeElement; return one.dataset.key || one.type || one.tagName")
    def expect(what, is_so):
        if not is_so: found.append(f"{what}, at {browser.path}")
    from selenium.webdriver.common.keys import Keys
    browser.press(Keys.TAB)
    expect("the first thing that Tab leads to is not the way past the menu", run("return document.activeElement.matches('a.skip')"))
    browser.press([Keys.ENTER, *"jjk"])
    expect(f"after j j k the row is {here()}", here() == 0)
    browser.press("x")
    expect("x selects nothing", len([box for box in browser.all("tbody .pick input") if box.is_selected()]) == 1)
    expect("nothing counts what is selected", "1" in browser.one(".bulk output").text)
    browser.press("/")
    expect(f"/ leads to {focus()}", focus() == "search")
    browser.press(["j", Keys.ESCAPE])
    expect("a letter typed into the search moves the rows", here() == 0)
    browser.press("?")
    expect("? opens no help", browser.has("dialog#help[open]"))
    browser.press([Keys.ESCAPE])
    expect("Escape closes no help", not browser.has("dialog#help[open]"))
    browser.press("j")
    target = browser.all("[data-rows] tbody tr")[1].find_element("css selector", "a").get_attribute("href").removeprefix(hub.address)
    browser.leave(lambda: browser.press([Keys.ENTER]))
    expect(f"Enter opens {browser.path}, not {target}", browser.path == target)
    browser.go(conflict_address(next(one for one in hub.conflicts("concurrent-writes") if "take" in one["choices"])))
    before = len(decisions(hub))
    browser.press("n")
    expect(f"n leads to {focus()}", focus() == "n")
    browser.press([Keys.ESCAPE, "1"])
    expect(f"1 leads to {focus()}", focus() == "1")
    expect("a single key decides", len(decisions(hub)) == before)
    if browser.has("[data-key=j]"):
        was = browser.path
        browser.leave(lambda: browser.press("j"))
        expect("j leads to no other conflict", browser.path != was and browser.path.startswith("/conflicts/"))
    browser.leave(lambda: browser.press("u"))
    expect("u does not lead back", browser.path == "/conflicts")
    return found


def test_bulk(stage):
    """many conflicts are decided by one rule: first what it would do is shown, and nothing done; then all of it is"""
    hub, found = stage.retailer("trade").hub, []
    browser = stage.browser(hub, "ben").go("/conflicts?kind=concurrent-writes")
    before, open_now = len(decisions(hub)), len(hub.conflicts("concurrent-writes"))
    for box in browser.all("tbody .pick input")[:2]: browser.click(box)
    browser.choose(".bulk select", "latest")
    browser.submit(".bulk button")
    if len(decisions(hub)) != before: found.append("a look decides")
    rows = len(browser.all("main tbody tr"))
    browser.submit("button[name=step]")
    decided = open_now - len(hub.conflicts("concurrent-writes"))
    if (rows, decided) != (2, 2): found.append(f"of {rows} shown {decided} were decided")
    return found


def test_live(stage):
    """what a shop sells while somebody looks stands in the figures of the page without loading it again"""
    retailer = stage.retailer("trade")
    browser = stage.browser(retailer.hub, "vera").go("/stock/FLASK-1L")
    browser.driver.execute_script("window.same = true")
    def figures(): return browser.one("#stock-now").text
    before = figures()
    retailer.sell(retailer.leith, {"FLASK-1L": 1})
    retailer.leith.sync()
    wait("the page to show the sale", lambda: figures() != before, 20)
    return [] if browser.driver.execute_script("return window.same") else ["the page was loaded again"]


def test_live_overview(stage):
    """the first site that needs somebody comes into the open overview by itself, and out of those that are well"""
    retailer, found = stage.retailer("single"), []
    web = retailer.sites["web"]
    browser = stage.browser(retailer.hub, "anna").go("/")
    # In one go: what is looked at may be another element a moment later.
    def needy():
        return browser.driver.execute_script("""const bad = document.querySelector("#sites-bad");
            return bad.offsetParent ? Array.from(bad.querySelectorAll("tbody th"), (one) => one.textContent) : [];""")
    def well(): return browser.driver.execute_script("return document.querySelector('#sites-well-count').textContent")
    browser.driver.execute_script("window.same = true")
    if needy(): found.append(f"somebody is needed already: {needy()}")
    before = well()
    # A store's own customer is that store's: what the web shop writes there is set aside.
    email = retailer.hub.ask("profiles/search", {"name": "grace"})[0]["fields"]["email"]["value"]
    # Its own record of the same person it knows at once; the store's comes with the merged view.
    def known():
        return [(record["life"], one["seen"]) for one in web.ask("/v1/customers/search", {"email": email})["customers"]
                for record in (one["profile"] or {"records": []})["records"] if record.get("site") == "camden"]
    theirs, seen = wait("the web shop to know the store's customer", known)[0]
    web.write({"record": theirs, "fields": {"phone": "+44 7700 900199"}, "seen": seen})
    wait("the overview to tell of the web shop", lambda: any("web" in row for row in needy()), 30)
    if well() == before: found.append(f"still said of those that are well: {before}")
    if not browser.driver.execute_script("return window.same"): found.append("the page was loaded again")
    stage.close_retailer("single")
    return found


def test_without_scripts(stage):
    """with JavaScript switched off one signs in, finds a conflict, decides it, and takes it back"""
    retailer = stage.retailer("trade")
    hub, found = retailer.hub, []
    person, conflict = hub.people["cleo"], hub.conflicts("order-contradiction")[0]
    browser = stage.browser(hub)
    browser.allow_scripts(False)
    try:
        browser.go("/conflicts?kind=order-contradiction")
        browser.type("[name=name]", person.name)
        browser.type("[name=password]", person.password)
        browser.submit("form.card button")
        browser.submit("table[data-rows] tbody a")
        browser.submit("button[name=take]")
        if hub.conflicts("order-contradiction"): found.append("it is not decided")
        if not browser.has(".note[role=status]"): found.append("nothing says that it is decided")
        browser.submit("form[action$='/undo'] button")
        if [one["id"] for one in hub.conflicts("order-contradiction")] != [conflict["id"]]: found.append("it cannot be taken back")
    finally: browser.allow_scripts(True)
    return found
