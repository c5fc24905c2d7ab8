"""The dashboard: ``panel serve apps/main.py``."""

from lprviz.app import create_app

create_app().servable()
