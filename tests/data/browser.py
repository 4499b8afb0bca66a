"""A browser for tests, with the few things that they do."""

import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

# No window, and no connection but to what a test opens.
_OPTIONS = (
    '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    '--window-size=1200,1000'
)  # yapf: disable
_PATIENCE = 300.0


class Browser:
    """Chromium by its own driver, with an empty profile.

    Args:
        chromium: Path of the browser.
        driver: Path of chromedriver.
        profile: Folder that does not exist yet.
    """

    def __init__(self, chromium, driver, profile):
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for option in (*_OPTIONS, f'--user-data-dir={profile}'):
            options.add_argument(option)
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
        self.driver = webdriver.Chrome(options, Service(driver))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def get(self, address):
        """Open a page."""
        self.driver.get(address)

    def find(self, selector):
        """List the elements that a CSS selector chooses."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def until(self, check):
        """Wait until something is true, and return what it is."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            value = check()
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f'waited {_PATIENCE} s in vain')

    def wait(self, selector):
        """Wait for an element."""
        return self.until(lambda: self.find(selector))[0]

    def text(self, selector):
        """What the elements say, or nothing."""
        try:
            return '\n'.join(element.text for element in self.find(selector))
        except StaleElementReferenceException:  # just replaced by the page
            return ''

    def press(self, *keys):
        """Press keys, wherever the page listens."""
        self.find('body')[0].send_keys(*keys)

    def run(self, script):
        """Run JavaScript, and return what it returns."""
        return self.driver.execute_script(script)

    def enter(self, selector):
        """Go on inside a frame."""
        self.driver.switch_to.frame(self.wait(selector))

    def errors(self):
        """List what the page complained about."""
        return [
            entry['message'] for entry in self.driver.get_log('browser')
            if entry['level'] == 'SEVERE'
        ]

    def foreign_addresses(self):
        """List what the page has asked of other hosts."""
        return self.run(
            'return performance.getEntriesByType("resource")'
            '.map((entry) => entry.name).filter((name) => '
            '!name.startsWith(location.origin) && !/^(data|blob):/.test(name))'
        )
