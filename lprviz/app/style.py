"""The theme of the Material components, light and dark."""

from __future__ import annotations

from typing import Any

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'

THEME: dict[str, Any] = {
    "light": {
        "palette": {
            "primary": {"main": "#2b5a8c"},
            "background": {"default": "#f4f6f8", "paper": "#ffffff"},
        },
        "typography": {"fontFamily": FONT, "fontSize": 13},
    },
    "dark": {
        "palette": {
            "primary": {"main": "#8ab8e6"},
            "background": {"default": "#15181c", "paper": "#1e2227"},
        },
        "typography": {"fontFamily": FONT, "fontSize": 13},
    },
}
"""Material theme; fonts are the system's own, so that no font server is asked."""
