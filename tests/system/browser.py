"""A real browser: Chromium without a window, alone on loopback, driven by keyboard and mouse.

    def test_something(browser, system):
        browser.open(f"{system.url}/some/page")
        browser.press("button[type=submit]")                   and waits for the next page
        assert browser.heading() == "Saved" and browser.complaints() == []

Waits have a condition and a deadline. Looks are measured: contrast(), overflow().
"""
import base64
import os
import pathlib
import shutil

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common import utils
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

DEADLINE = 20
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-proxy-server", "--disable-dev-shm-usage",
         "--remote-debugging-pipe",  # to chromedriver: no port that others could reach, and no name to look up
         # Only loopback exists: names and addresses of elsewhere are not found.
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]

# The contrast of every text with what is behind it (WCAG 2.2, 1.4.3), lowest first. Alpha is laid over what is below.
CONTRAST = """
const parse = c => { const n = c.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; };
const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat([1]);
const behind = e => { let stack = []; for (; e; e = e.parentElement) stack.push(parse(getComputedStyle(e).backgroundColor));
                      const dark = matchMedia('(prefers-color-scheme: dark)').matches;
                      return stack.reverse().reduce((below, top) => over(top, below), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]); };
const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
                     return .2126 * r + .7152 * g + .0722 * b; };
const found = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let n = walk.nextNode(); n; n = walk.nextNode()) {
  const e = n.parentElement, style = getComputedStyle(e);
  if (!n.textContent.trim() || !e.getClientRects().length || e.closest('option, optgroup, .hidden')) continue;
  const ground = behind(e), a = light(over(parse(style.color), ground)), b = light(ground);
  found.push([(Math.max(a, b) + .05) / (Math.min(a, b) + .05), n.textContent.trim().slice(0, 60)]);
}
return found.sort((a, b) => a[0] - b[0]);
"""

# What reaches beyond the window's right edge, and by how much.
OVERFLOW = """
const room = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= room) return [];
return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > room + .5)
  .map(e => e.tagName + '.' + e.className + ' ' + e.getBoundingClientRect().right);
"""


class Driver(Service):
    """chromedriver by its address: a bare tree need not know the name localhost."""

    @property
    def service_url(self):
        return f"http://127.0.0.1:{self.port}"

    def is_connectable(self):
        return utils.is_connectable(self.port, "127.0.0.1")


class Browser:
    """One Chromium with an empty profile under the folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in [*FLAGS, f"--user-data-dir={self.folder / 'profile'}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"  # to chromedriver
        home = {**os.environ, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder)}
        driver = Driver(shutil.which("chromedriver"), env=home, log_path=str(self.folder / "chromedriver.log"))
        self.driver = webdriver.Chrome(options=options, service=driver)
        self.driver.set_page_load_timeout(DEADLINE)

    def close(self):
        self.driver.quit()

    # --- looking -----------------------------------------------------------------------------

    def window(self, width=1280, height=900, dark=False):
        """The size of the window, and whether the system is in dark mode."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                    {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def script(self, on):
        """Whether pages may run scripts of their own; ours are looked at without any."""
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not on})

    def picture(self, path, whole=True):
        """A screenshot, of the whole page or of what the window shows."""
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": whole})
        pathlib.Path(path).write_bytes(base64.b64decode(taken["data"]))

    def contrast(self):
        """Texts with their contrast, the weakest first."""
        return self.driver.execute_script(CONTRAST)

    def overflow(self):
        """What makes the page scroll sideways."""
        return self.driver.execute_script(OVERFLOW)

    def complaints(self):
        """What the console says since last asked: errors, refused resources, violations of the policy."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    # --- doing -------------------------------------------------------------------------------

    def open(self, url):
        self.driver.get(url)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def link(self, text):
        return self.driver.find_element(By.LINK_TEXT, text)

    def until(self, condition, what):
        return WebDriverWait(self.driver, DEADLINE).until(lambda _: condition(), what)

    def click(self, selector):
        """Clicks what a person would scroll to first: a bar at the window's end may lie over it."""
        element = self.find(selector) if isinstance(selector, str) else selector
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        element.click()

    def press(self, selector):
        """Clicks what leads to another page, and waits for that page."""
        self._leave(lambda: self.click(selector))

    def type(self, *keys):
        """Keys to whatever has the focus."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def enter(self):
        """The enter key, and waits for the page it leads to."""
        self._leave(lambda: self.type(Keys.ENTER))

    def focused(self):
        return self.driver.switch_to.active_element

    def tab_to(self, selector, most=120):
        """Presses the tab key until the focus is there: what a person without a mouse does."""
        wanted = self.find(selector)
        for _ in range(most):
            if self.focused() == wanted:
                return wanted
            self.type(Keys.TAB)
        raise AssertionError(f"the tab key does not reach {selector}")

    def text(self):
        return self.find("body").text

    def heading(self):
        return self.find("h1").text

    def _leave(self, act):
        """Acts, and waits until another document than this one is whole."""
        self.driver.execute_script("window.left = false")
        act()
        self.until(self._arrived, "another page")

    def _arrived(self):
        try:
            return self.driver.execute_script("return window.left === undefined && document.readyState === 'complete'")
        except WebDriverException:  # between two documents
            return False
