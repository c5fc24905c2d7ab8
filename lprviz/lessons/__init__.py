"""Lessons: files in which steps set a session up, ask for a prediction, reveal and check. No Panel.

===============  ====================================================================================================
catalogue        the lessons that come with lprviz: `list_lessons`, `lesson_named`, `open_lesson`
values           `Lesson`, `Step`, predictions, `Reveal`, `Check`: what a file becomes
blocks           the outer form of a file: front matter, steps, blocks of fields
parsing          from text to `Lesson`, with every problem found
expressions      the parser of expressions, comparisons and selectors; grammar holds its trees
actions          what a lesson can do: the session's intents, by name
subject          what selectors mean in a state of a session
readings         what can be shown and checked, by name
predictions      the four kinds of predictions; outcomes sets them against what is there
progress         `Progress`, `Outcome`: frozen, written as JSON
run              `LessonRun`: one learner in one lesson
learner          a learner that follows a script, for the checker and for tests
checker          everything wrong in a file
challenge, board the best choice of ten structures, and a class's scores
links            teachers' links
sheets           notes for the teacher and a handout, as HTML
===============  ====================================================================================================
"""

from lprviz.lessons.catalogue import lesson_named, list_lessons, open_lesson
from lprviz.lessons.progress import Outcome, Progress
from lprviz.lessons.run import LessonRun, RunState
from lprviz.lessons.values import Lesson, Step

__all__ = [
    "Lesson",
    "LessonRun",
    "Outcome",
    "Progress",
    "RunState",
    "Step",
    "lesson_named",
    "list_lessons",
    "open_lesson",
]
