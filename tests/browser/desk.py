"""Opens pages of the screens and watches them: what they ask for, what their console says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from comms.contracts.place import GeoPoint

expect.set_options(timeout=10_000)
_PIXEL = """([latitude, longitude]) => {
  const map = getElement(Number(document.querySelector(".site-map").id.slice(1))).map;
  const point = map.latLngToContainerPoint([latitude, longitude]);
  return { x: point.x, y: point.y };
}"""


class Desk:
    """Pages at one address, each in a browser of its own (own cookies)."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self.url = browser, url
        self._contexts: list[BrowserContext] = []
        self.errors: list[str] = []
        self.requests: list[str] = []

    def open(self, *, language: str = "en", width: int = 1440, height: int = 900) -> Page:
        """A page with its map drawn. `language`: what the browser asks for."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, locale=language
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("pageerror", lambda error: self.errors.append(f"page: {error}"))
        page.on(
            "console",
            lambda said: self.errors.append(said.text) if said.type == "error" else None,
        )
        page.goto(self.url)
        drawn(page)
        return page

    def hosts(self) -> set[str]:
        """Every host and port that a page asked for anything."""
        return {urlsplit(url).netloc for url in self.requests} - {""}

    def close(self, *, errors_expected: bool = False) -> None:
        """Close the pages; fails if one of them went astray."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        assert errors_expected or self.errors == []
        assert self.hosts() <= {urlsplit(self.url).netloc}
        self.errors.clear()


def drawn(page: Page) -> None:
    """Wait until the map shows the site."""
    page.locator(".site-map .leaflet-overlay-pane path").first.wait_for(state="attached")


def click_map(page: Page, place: GeoPoint) -> None:
    """Click the place on the map, as a person does who sees it there."""
    pixel: Any = page.evaluate(_PIXEL, [place.latitude_deg, place.longitude_deg])
    page.locator(".site-map").click(position=pixel)


def button(page: Page | Locator, name: str) -> Locator:
    """The button that is called so, exactly."""
    return page.get_by_role("button", name=name, exact=True)
