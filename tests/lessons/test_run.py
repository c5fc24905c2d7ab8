"""A run of a lesson: predictions, reveals, going back, restarts, and a worker that takes its time."""

import math

import pytest

from lprviz.errors import LessonError
from lprviz.lessons import LessonRun, Progress, lesson_named
from lprviz.lessons.parsing import parse_lesson
from lprviz.lessons.predictions import score_of_marks, score_of_number
from lprviz.lessons.values import NumberPrediction
from lprviz.session import Session

HEAD = "---\nid: small\ntitle: Small\nsummary: s\nlevel: beginner\norder: 1\nminutes: 5\n---\n"
MARKS = (
    HEAD
    + """## Which are soft?
Mark them.
```setup
toy: defect
```
```predict
mark: the soft ones
among: target + host no 1
answer: target
```
```reveal
show: typical(target) | the defect
```
## Choose two
Choose.
```setup
toy: choice
```
```predict
structures: Choose two
count: 2
among: candidate
target: target
goal: covered(target, 0.1)
```
```reveal
show: structures(training) | structures in training
```
"""
)


@pytest.fixture
def composition():
    return LessonRun(Session(), lesson_named("composition"))


def test_a_prediction_is_kept_and_set_beside_the_outcome(composition):
    with pytest.raises(LessonError, match="Predict first"):
        composition.reveal()
    with pytest.raises(LessonError, match="off the axis"):
        composition.predict(1e9)
    composition.predict(1.0)
    composition.reveal()
    assert composition.answer == 1.0
    assert composition.outcome.value == pytest.approx(2e-5, rel=0.01)
    assert composition.outcome.score == 0.0
    assert composition.outcome.held
    with pytest.raises(LessonError):
        composition.predict(2e-5)
    composition.again()
    composition.predict(2.2e-5)
    composition.reveal()
    assert composition.outcome.score == 1.0


def test_a_task_holds_only_once_it_is_done_and_the_next_step_starts_afresh(composition):
    composition.next()
    assert not composition.check()
    composition.session.add_group("pure-A")
    assert not composition.check()  # too many structures
    composition.session.set_members([*range(99), composition.session.structures_in("A12B4")[0]], "swap")
    assert composition.check()
    composition.next()
    assert composition.session.members == tuple(range(100))
    composition.back()
    assert composition.session.members == tuple(range(100))
    assert composition.outcome.held


def test_progress_survives_a_restart(composition):
    composition.predict(1.0)
    composition.reveal()
    composition.go_to(2)
    composition.predict(0.5)
    composition.reveal()
    kept = Progress.from_json(composition.state.progress.to_json())
    assert kept == composition.state.progress
    again = LessonRun(Session(), lesson_named("composition"), progress=kept)
    assert again.state == composition.state
    assert again.session.members == composition.session.members
    with pytest.raises(LessonError):
        LessonRun(Session(), lesson_named("tug"), progress=kept)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 1}',
        "[" * 5000,
        '{"format":1,"lesson":"../x","seed":0,"step":0,"answers":{},"outcomes":{}}',
    ],
)
def test_foreign_progress_is_refused(text):
    with pytest.raises(LessonError):
        Progress.from_json(text)


def test_marks_and_chosen_structures():
    lesson = parse_lesson(MARKS)
    run = LessonRun(Session(), lesson)
    target = run.session.structures_in("target")[0]
    atom = int(run.session.dataset.structures.offsets[target])
    run.predict([atom, 0])
    run.reveal()
    assert run.outcome.truth == (atom,)
    assert run.outcome.score == 0.5
    run.next()
    candidates = run.session.structures_in("candidate")
    with pytest.raises(LessonError, match="Choose 2"):
        run.predict(candidates[:3])
    run.predict(candidates[:2])
    run.reveal()
    assert dict(run.state.shown)["structures in training"] == 62
    assert run.outcome.reference >= run.outcome.value
    greedy = run.outcome.truth
    run.again()
    assert len(run.session.members) == 60
    run.predict(greedy)
    run.reveal()
    assert run.outcome.score == pytest.approx(1.0)


def test_scores():
    asked = NumberPrediction("", 1e-6, 10.0, 2.0)
    assert score_of_number(asked, 2.0, 1.0) == 1.0
    assert score_of_number(asked, 20.0, 1.0) == pytest.approx(0.5)
    assert score_of_number(asked, 1e-6, 1.0) == 0.0
    assert score_of_number(asked, 1.0, math.nan) == 0.0
    assert score_of_marks((), ()) == 1.0


def test_a_session_with_a_worker_is_waited_for():
    import threading

    from lprviz.jobs import Worker

    news = threading.Event()
    session = Session(Worker, wake=news.set)
    run = LessonRun(session, lesson_named("only-the-total"))
    assert run.state.phase == "settling"
    with pytest.raises(LessonError):
        run.check()
    for _ in range(100):
        if run.state.phase == "asking":
            break
        news.wait(0.2)
        news.clear()
        session.drain()
    assert run.state.phase == "asking"
    assert session.open_toy.name == "species"
    session.close()


def test_an_action_that_cannot_be_done_is_said():
    run = LessonRun(Session(), parse_lesson(MARKS.replace("toy: defect", "toy: defect\ntrain: nowhere")))
    assert "nowhere" in run.state.problem.message
