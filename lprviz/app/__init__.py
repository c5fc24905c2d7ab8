"""The composition root: builds session, worker, views and page.

create   one browser session, from nothing to a page
live     when a document may be changed
page     where the views stand
style    the style sheet, and the theme of the Material components
"""

from lprviz.app.create import create_app, show

__all__ = ["create_app", "show"]
