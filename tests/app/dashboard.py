"""The dashboard as a person meets it: what is on the screen, and what one can do there."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ase.io
import numpy as np
from ase.build import bulk
from browser import Visit
from waiting import eventually

from lprviz.bench.browser import Server

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "apps" / "main.py"
LONG = 120.0  # seconds, for what computes descriptors
VIEWER = """() => {
    const seen = window.lprviz?.viewer?.()
    return seen && {atoms: seen.atoms, picked: seen.picked, colours: [...seen.colours]}
}"""
PROJECTED = "atom => { const {x, y, scale} = window.lprviz.viewer().positionOf(atom); return [x, y, scale] }"


@dataclass
class Dashboard:
    """One browser window on the app. What acts here waits until the page has answered."""

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

    # What is on the page

    def wait_ready(self) -> None:
        self.page.wait_for_selector('[data-lprviz-ready="true"]', state="attached")
        eventually(self.colour_version, lambda version: version > 0, LONG)
        self.wait_idle()

    def wait_idle(self) -> None:
        """Wait until nothing is computed any more, and the words at the foot of the page say what came of it."""
        self.page.wait_for_selector('[data-lprviz-busy="false"]', state="attached")
        eventually(self.status, lambda said: "typical LPR" in said, LONG)

    def viewer(self) -> dict:
        """Return what the visible viewer draws: atoms, colours (one row of RGB per atom), picked."""
        seen = self.page.evaluate(VIEWER) or {"atoms": 0, "picked": [], "colours": []}
        return {**seen, "colours": np.array(seen["colours"], dtype=np.uint8).reshape(-1, 3)}

    def colours(self) -> np.ndarray:
        return self.viewer()["colours"]

    def colour_version(self) -> int:
        return int(self.page.locator(".lpr-viewer").first.get_attribute("data-colour-version") or 0)

    def status(self) -> str:
        return self.page.locator(".lpr-status [role=status]").inner_text()

    def caption(self) -> str:
        """What stands above the picture: structure, formula, group, role."""
        return self.page.locator(".lpr-viewer .caption").inner_text()

    def any_row(self) -> int:
        """Return a structure whose row is on the screen: a long table holds only those near its scroll position."""
        return int(self.page.locator("[data-structure]:visible").nth(2).get_attribute("data-structure"))

    def row(self, structure: int):
        return self.page.locator(f'[data-structure="{structure}"]:visible')

    def is_member(self, structure: int) -> bool:
        return self.row(structure).get_attribute("data-member") == "true"

    def error(self) -> str:
        """Wait for the error banner and return what it says."""
        banner = self.page.locator(".lpr-error [role=alert]")
        banner.wait_for(state="visible")
        return banner.inner_text()

    # What a person does

    @contextmanager
    def recolouring(self) -> Iterator[None]:
        """Wait, after what is done inside, until its colours have been drawn and nothing is under way."""
        before = self.colour_version()
        yield
        eventually(self.colour_version, lambda version: version > before, LONG)
        self.wait_idle()

    def toggle(self, structure: int) -> None:
        """Flip the training switch of a structure; wait for the recoloured atoms and for the confirmed switch."""
        wanted = "false" if self.is_member(structure) else "true"
        with self.recolouring():
            self.row(structure).locator(".lpr-switch").click()
        self.page.locator(
            f'[data-structure="{structure}"][data-member="{wanted}"]:visible:not([data-pending])'
        ).wait_for()

    def choose(self, opener: str, item: str) -> None:
        """Open a menu and choose from it."""
        self.page.locator(opener).first.click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def upload(self, name: str, payload: bytes) -> None:
        """Hand over a file, and do not wait for what comes of it."""
        self.page.locator(".lpr-upload input").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": payload}
        )

    def load(self, name: str, payload: bytes, n_atoms: int) -> None:
        """Upload a good file and wait until its first structure is on the screen, coloured."""
        with self.recolouring():
            self.upload(name, payload)
        eventually(lambda: self.viewer()["atoms"], n_atoms, LONG)

    def dismiss_error(self) -> None:
        """One click, as a person would: it must not be lost."""
        self.page.locator(".lpr-dismiss button").click()
        self.page.locator(".lpr-error [role=alert]").wait_for(state="hidden")

    def pick_nearest(self) -> int:
        """Click the atom nearest to the eye, which no other hides, and return it."""
        seen = [self.page.evaluate(PROJECTED, atom) for atom in range(self.viewer()["atoms"])]
        atom = int(np.argmax([scale for _, _, scale in seen]))
        box = self.page.locator(".lpr-viewer").first.bounding_box()
        self.page.mouse.click(box["x"] + seen[atom][0], box["y"] + seen[atom][1])
        eventually(lambda: self.viewer()["picked"], [atom])
        return atom


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
