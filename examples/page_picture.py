"""Take the picture of the page for the README: the first screen of the first case.

python examples/page_picture.py docs/images/page.png

Needs playwright, which comes with the test extra, and Chromium, at /usr/bin/chromium or where REMYELIN_CHROMIUM says.
"""

from __future__ import annotations

import io
import os
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import sync_playwright

from remyelin.web.app import create_app

SIZE = {"width": 1280, "height": 860}
WAIT = 120_000.0  # milliseconds


def main(path: Path) -> None:
    """Serve the page on a free port, wait until everything is drawn, and write the picture."""
    app = create_app(Path(tempfile.mkdtemp()))
    with socket.socket() as listener, sync_playwright() as driver:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started or app.state.ready != "warm":
            time.sleep(0.05)
        place = os.environ.get("REMYELIN_CHROMIUM", "/usr/bin/chromium")
        browser = driver.chromium.launch(executable_path=place, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(WAIT)
        page.goto(f"http://127.0.0.1:{listener.getsockname()[1]}/#course")
        page.locator("[data-answer=end]").wait_for()
        page.locator("main[data-drawn][aria-busy=false]").wait_for()
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.quantize(256).save(path, optimize=True)  # a third of the size
        browser.close()
        server.should_exit = True
        thread.join(10)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
