"""A headless Chromium that looks at the console, and what must hold of any page that it shows."""
import importlib.util, json, os, shutil

from hub import WAIT_SECONDS, Broken, wait

MISSING = ("{} is missing. Browser tests need Chromium with its driver, and Python's Selenium; axe-core comes with a package for another\n"
           "driver, whose own dependencies are not needed:\n"
           "  apt-get install chromium chromium-driver && pip install selenium && pip install --no-deps axe-playwright-python")
PHONE, DESKTOP = (360, 740), (1280, 900)


def what_is_missing():
    """What this machine lacks for a browser test, in words; nothing where it has all."""
    if not chromium(): return MISSING.format("Chromium")
    if not shutil.which("chromedriver"): return MISSING.format("Chromium's driver (chromedriver)")
    if not importlib.util.find_spec("selenium"): return MISSING.format("Selenium")
    if not axe_file(): return MISSING.format("axe-core")


def chromium():
    """Where it is, by the names that distributions give it."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def axe_file():
    """Of the package only the script: loading it would ask for its driver."""
    spec = importlib.util.find_spec("axe_playwright_python")
    for folder in spec.submodule_search_locations if spec else []:
        file = os.path.join(folder, "axe.min.js")
        if os.path.exists(file): return file


# One question a page: what must not be there, and how wide it is.
LOOK = """
const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const page = document.documentElement, found = { title: document.title, wide: [] };
found.text = page.outerHTML.includes("\\u27e6") ? page.outerHTML.slice(Math.max(0, page.outerHTML.indexOf("\\u27e6") - 60)).slice(0, 160) : null;
found.width = page.scrollWidth - page.clientWidth;
if (found.width > 0) for (const element of document.body.querySelectorAll("*")) {
  const isBeside = element.getBoundingClientRect().right > page.clientWidth + 1;
  if (found.wide.length < 3 && isBeside && shown(element) && !element.closest(".scroll, .hide")) found.wide.push(element.outerHTML.slice(0, 120));
}
found.ids = [...document.querySelectorAll("[id]")].map((element) => element.id).filter((id, index, all) => all.indexOf(id) !== index);
found.inline = [...document.querySelectorAll("style, script:not([src]), [style], [onclick]")].map((element) => element.outerHTML.slice(0, 120));
const [arrived] = performance.getEntriesByType("navigation");
found.code = arrived.responseStatus;
found.bytes = arrived.decodedBodySize;
found.elements = document.querySelectorAll("*").length;
return found;
"""

AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, arguments[0]).then(
  (result) => done(result.violations.map((rule) => rule.id + ": " + rule.help + " " + rule.nodes.slice(0, 4).map(
    (node) => node.html.slice(0, 160) + (rule.id.includes("contrast") ? " " + (node.any[0] || {}).message : "")).join(" | ")
    + (rule.nodes.length > 4 ? " and " + (rule.nodes.length - 4) + " more" : ""))),
  (error) => done(["axe: " + error]));
"""


class Browser:
    def __init__(self, language="en-GB"):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
        options = webdriver.ChromeOptions()
        options.binary_location = chromium()
        # The sandbox needs rights that a container does not give; nothing but this machine is found by its name.
        for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-extensions",
                     "--disable-background-networking", "--disable-component-update", "--no-first-run", "--mute-audio",
                     "--force-color-profile=srgb", "--force-prefers-reduced-motion", f"--accept-lang={language}",
                     "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"):
            options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.driver.set_page_load_timeout(WAIT_SECONDS)
        self.driver.set_script_timeout(WAIT_SECONDS)
        self.hub = self.axe = self.person = None
        self.resize(DESKTOP)

    def close(self): self.driver.quit()

    # Who looks, and how

    def at(self, hub, person=None):
        """Nobody's browser, at another hub; or somebody's who has signed in before."""
        self.hub, self.person = hub, person
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        if person: self.cookie("tributary-session", person.session)
        return self

    def cookie(self, name, value):
        self.driver.execute_cdp_cmd("Network.setCookie", {"url": self.hub.address, "name": name, "value": value})

    def prefer(self, language, theme):
        self.cookie("tributary-language", language)
        self.cookie("tributary-theme", theme)

    def resize(self, size):
        """As small as a phone: no window of a desktop is."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": size[0], "height": size[1], "deviceScaleFactor": 1,
                                                                           "mobile": False})

    def allow_scripts(self, allowed): self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not allowed})

    # Going about

    def go(self, path):
        self.driver.get(self.hub.address + path)
        return self

    @property
    def path(self): return self.driver.current_url.removeprefix(self.hub.address)

    def all(self, selector): return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        found = self.all(selector)
        if not found: raise Broken(f"{self.path} has no {selector}; it says: {self.words[:300]}")
        return found[0]

    def has(self, selector): return bool(self.all(selector))

    @property
    def words(self):
        """What can be read on the page."""
        return " ".join(self.one("body").text.split())

    def says(self, *texts):
        for text in texts:
            if text not in self.words: raise Broken(f"{self.path} does not say {text!r} but {self.words[:600]!r}")

    def type(self, selector, text):
        field = self.one(selector)
        field.clear()
        field.send_keys(text)

    def press(self, keys):
        """One key after the other, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains
        for key in keys if isinstance(keys, list) else [keys]: ActionChains(self.driver).send_keys(key).perform()

    def choose(self, selector, value):
        from selenium.webdriver.support.select import Select
        Select(self.one(selector)).select_by_value(value)

    def click(self, element):
        """In the middle of the screen, where nothing lies over it."""
        self.driver.execute_script("arguments[0].scrollIntoView({ block: 'center' })", element)
        element.click()

    def submit(self, selector):
        """Presses a button, and waits for the page that comes of it."""
        element = self.one(selector)
        self.leave(lambda: self.click(element))

    def leave(self, deed):
        """Does something that leads to another page, and waits until that is there."""
        from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
        page = self.one("html")
        deed()
        def gone():
            try: page.is_enabled()
            except (StaleElementReferenceException, WebDriverException): return True
            return False
        wait(f"another page after {self.path}", gone, 20)
        wait("it to be whole", lambda: self.driver.execute_script("return document.readyState") == "complete", 20)

    def open_details(self, selector="details"):
        """What is folded away can be looked at, too."""
        self.driver.execute_script("document.querySelectorAll(arguments[0]).forEach((one) => { one.open = true; });", selector)

    # What must hold

    def logged(self):
        """What the browser complained of since it was last asked."""
        return [f"{entry['level']} {entry['message']}" for entry in self.driver.get_log("browser")]

    def look(self): return self.driver.execute_script(LOOK)

    def violations(self, only=None):
        if not self.axe:
            with open(axe_file()) as file: self.axe = file.read()
        if not self.driver.execute_script("return !!window.axe"): self.driver.execute_script(self.axe)
        question = {"resultTypes": ["violations"], **({"runOnly": {"type": "rule", "values": only}} if only else {})}
        return self.driver.execute_async_script(AXE, question)
