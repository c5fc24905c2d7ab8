"""The dashboard as a person meets it: what is on the screen, and what one can do there."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import ase.io
import numpy as np
from ase.build import bulk
from browser import Server, Visit

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "apps" / "main.py"
PATIENCE = 120_000  # ms; these machines are shared


@dataclass
class Dashboard:
    """One browser window on the app."""

    visit: Visit

    @classmethod
    def open(cls, visit: Visit, server: Server) -> Dashboard:
        """Open the page and wait for the first coloured picture."""
        visit.page.goto(server.url)
        made = cls(visit)
        made.wait_ready()
        return made

    @property
    def page(self):
        return self.visit.page

    def wait_ready(self) -> None:
        self.page.wait_for_selector('[data-lprviz-ready="true"]', timeout=PATIENCE, state="attached")
        self.wait_idle()

    def wait_idle(self) -> None:
        self.page.wait_for_selector('[data-lprviz-busy="false"]', timeout=PATIENCE, state="attached")

    def viewer(self) -> dict:
        """Return what the visible viewer draws: atoms, colours (one row of RGB per atom), picked."""
        seen = self.page.evaluate(
            """() => {
                const {atoms, colours, picked} = window.lprviz.viewer()
                return {atoms, colours: [...colours], picked}
            }"""
        )
        return {**seen, "colours": np.array(seen["colours"]).reshape(-1, 3)}

    def colour_version(self) -> int:
        return int(self.page.locator(".lpr-viewer").first.get_attribute("data-colour-version") or 0)

    def wait_recoloured(self, since: int) -> None:
        """Wait until a recolour later than version ``since`` has been drawn."""
        self.page.wait_for_function(
            """since => {
                const find = root => root.querySelector('.lpr-viewer[data-colour-version]')
                  ?? [...root.querySelectorAll('*')].map(e => e.shadowRoot && find(e.shadowRoot)).find(Boolean)
                const host = find(document)
                return host && Number(host.dataset.colourVersion) > since
            }""",
            arg=since,
            timeout=PATIENCE,
        )

    def toggle(self, structure: int) -> None:
        """Flip the training switch of a structure and wait for the atoms to be recoloured."""
        before = self.colour_version()
        self.page.locator(f'[data-structure="{structure}"] .lpr-switch').click()
        self.wait_recoloured(before)

    def any_row(self) -> int:
        """Return a structure whose row is on the screen: a long table holds only those near its scroll position."""
        rows = self.page.locator("[data-structure]")
        rows.nth(2).wait_for(state="attached", timeout=PATIENCE)
        return int(rows.nth(2).get_attribute("data-structure"))

    def is_member(self, structure: int) -> bool:
        return self.page.locator(f'[data-structure="{structure}"]').get_attribute("data-member") == "true"

    def choose(self, opener: str, item: str) -> None:
        """Open a menu and choose from it."""
        self.page.locator(opener).first.click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def upload(self, name: str, payload: bytes) -> None:
        self.page.locator(".lpr-upload input").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": payload}
        )

    def error(self) -> str:
        """Wait for the error banner and return what it says."""
        banner = self.page.locator(".lpr-error [role=alert]")
        banner.wait_for(state="visible", timeout=PATIENCE)
        return banner.inner_text()

    def dismiss_error(self) -> None:
        said = self.page.locator(".lpr-error [role=alert]")
        for _ in range(20):  # the banner may still be moving under the mouse
            if not said.is_visible():
                return
            self.page.locator(".lpr-dismiss button").click()
            self.page.wait_for_timeout(1000)
        said.wait_for(state="hidden", timeout=5000)

    def status(self) -> str:
        said = self.page.locator(".lpr-status [role=status]").inner_text()
        assert said  # an empty reading would make every comparison of two of them true
        return said


def silicon_file(n: int = 10, **info: str) -> bytes:
    """Return an extxyz file of rattled eight-atom silicon cells with energies."""
    rng = np.random.default_rng(1)
    frames = []
    for _ in range(n):
        atoms = bulk("Si", "diamond", a=5.43, cubic=True)
        atoms.positions += rng.normal(0, 0.15, atoms.positions.shape)
        atoms.info.update(energy=-37.0 + float(rng.normal(0, 0.5)), **info)
        frames.append(atoms)
    text = io.StringIO()
    ase.io.write(text, frames, format="extxyz")
    return text.getvalue().encode()
