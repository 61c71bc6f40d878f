"""How long a browser takes from the address of the first page of the site to the table that can be used."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selenium import webdriver

#: Seconds in which the explorer of the package has to be ready.
LIMIT = 2.5
_READY = "return performance.getEntriesByName('interactive').map(mark => mark.startTime)[0]"


def interactive(times: int) -> list[float] | None:
    """Return the seconds that each of some visits took; None without Chromium or what the page needs."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    try:
        import itables  # noqa: F401  # whether it is there
        from selenium import webdriver
    except ImportError:
        return None
    if not (browser and driver):
        return None
    import tmt_dataset as tmt
    from tmt_dataset.publish import site

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    visits = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "index.html")
            files = site.build(tmt.load())
            for name in ("index.html", "style.css"):
                Path(folder, name).write_bytes(files[name])
            return [_visit(visits, page.as_uri()) for _ in range(times + 1)][
                1:
            ]  # the first starts the browser
    finally:
        visits.quit()


def _visit(visits: webdriver.Chrome, address: str) -> float:
    """Open a page and return after how many seconds it could be used."""
    visits.get("about:blank")
    visits.get(address)
    while not (ready := visits.execute_script(_READY)):
        time.sleep(0.01)
    return float(ready) / 1000
