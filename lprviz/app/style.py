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

PAGE_SX: dict[str, Any] = {
    "& .header": {"backgroundColor": "#1f456e", "color": "#fff"},
    "& .MuiToolbar-root": {"minHeight": "48px !important"},
    "& .header .title": {"fontSize": "20px", "fontWeight": 700, "letterSpacing": ".02em"},
}
"""The header keeps one dark colour in both themes, and is low: the room belongs to the picture."""

PAGE_CSS = """
#loader:not(.error) { background: none; pointer-events: none; }
#loader .spinner { display: none !important; }
#loader:not(.error)::after {
  content: "Opening lprviz …"; padding: 8px 16px; border-radius: 6px; color: #fff; background: #1f456e;
  font: 14px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
body[data-lprviz-ready] #loader:not(.error) { display: none !important; }
"""
"""The page can be used while it opens: no dimmed overlay, and no spinner, whose animation would keep a machine that
draws in software from drawing anything else."""
