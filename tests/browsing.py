"""A real browser for the tests of pages, and what is wrong with a page that it shows."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
NEEDS_BROWSER = pytest.mark.skipif(
    not (BROWSER and DRIVER),
    reason="the pages are checked in Chromium: apt-get install chromium chromium-driver",
)
#: A desktop and a telephone.
WIDTHS = (1280, 390)


def launched() -> webdriver.Chrome:
    """Return a browser that notes what it asks for and what its scripts say."""
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_script_timeout(100)
    return driver


def requests(browser: webdriver.Chrome) -> list[str]:
    """Return the addresses that the browser has asked for since the last call."""
    log: list[dict[str, Any]] = browser.get_log("performance")  # type: ignore[no-untyped-call]  # has no types
    messages = [json.loads(entry["message"])["message"] for entry in log]
    sent = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return [str(url) for url in sent]


def problems(browser: webdriver.Chrome, page: Path, width: int, *, axe: bool = True) -> list[str]:
    """Open a page and return what is wrong with it: what sticks out, what axe finds (it takes seconds), what is fetched."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page.as_uri())
    found = []
    needed = browser.execute_script("return document.documentElement.scrollWidth")
    if needed > width:
        found.append(f"{page.name}: needs {needed} of {width} pixels")
    violations = _violations(browser) if axe else []
    for rule in violations:
        found += [f"{page.name}: {rule['id']}: {node['html'][:200]}" for node in rule["nodes"]]
    fetched = [url for url in requests(browser) if not url.startswith(("file://", "data:"))]
    return found + [f"{page.name}: asks for {url}" for url in fetched]


def _violations(browser: webdriver.Chrome) -> list[dict[str, Any]]:
    browser.execute_script((files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8"))
    result = browser.execute_async_script("axe.run().then(arguments[0])")
    found: list[dict[str, Any]] = result["violations"]
    return found
