"""The parser of expressions and selectors, and what it refuses."""

import pytest

from lprviz.errors import LessonError
from lprviz.lessons.expressions import parse_comparison, parse_expression, parse_selector
from lprviz.lessons.grammar import Part, Selector, Tolerance, close
from lprviz.lessons.readings import SIGNATURES, holds, value_of
from lprviz.lessons.subject import atoms_of, structures_of, subject_of
from lprviz.session import Session


@pytest.fixture(scope="module")
def subject():
    session = Session()
    session.load_toy("species")
    return subject_of(session)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("2 - 3 - 4", -5.0),
        ("8 / 2 / 2", 2.0),
        ("-2 * 3", -6.0),
        ("1e-5 * 2", 2e-5),
    ],
)
def test_arithmetic(text, value, subject):
    assert value_of(parse_expression(text, SIGNATURES), subject) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "typical(target) = 2 * alpha within 1 %",
        "correlation(target no 1[species = A], target no 1[species = B]) <= 0 - 0.9",
        "covered(target[lpr < 0.1 and share > 0.5], 0.1) = 0 within 0.5",
        "phenomenon(3, 1-pure-A-1-pure-B) = 0.7 within factor 2",
    ],
)
def test_what_is_written_out_reads_the_same_and_holds(text, subject):
    comparison = parse_comparison(text, SIGNATURES)
    assert parse_comparison(str(comparison), SIGNATURES) == comparison
    assert holds(comparison, subject)


@pytest.mark.parametrize(
    "text",
    [
        "typical(target)",
        "typical(target) = 1",
        "typical(target) > ",
        "nonsense(target) > 1",
        "typical(target > 1",
        "typical(target) > 1 1",
        "__import__(os) > 1",
        "1 > 2 within factor 0.5",
        "(" * 50 + "1" + ")" * 50 + " > 0",
        "1 > 0 ; 2",
        "1" * 500 + " > 0",
    ],
)
def test_what_is_no_comparison_is_refused_with_a_hint(text):
    with pytest.raises(LessonError) as caught:
        parse_comparison(text, SIGNATURES)
    assert caught.value.hint


def test_selectors_name_what_they_say(subject):
    groups = subject.dataset.structures.groups
    fixed = [i for i, name in enumerate(groups) if name == "fixed"]
    assert structures_of(parse_selector("fixed 3"), subject).tolist() == fixed[:3]
    assert structures_of(parse_selector("fixed 2-4"), subject).tolist() == fixed[1:4]
    assert structures_of(parse_selector("fixed no 5"), subject).tolist() == [fixed[4]]
    assert structures_of(parse_selector("training"), subject).tolist() == fixed
    assert structures_of(parse_selector("A9B7 + fixed 1"), subject).tolist() == [groups.index("A9B7"), fixed[0]]
    atoms = atoms_of(parse_selector("A9B7[species = A]"), subject)
    assert atoms.size == 9
    assert parse_selector("pure-A 2-3 atom 4") == Selector((Part("pure-A", 2, 3),), (), 4)


@pytest.mark.parametrize(
    "text", ["nowhere", "fixed 101", "target no 1 atom 17", "target[t < 0.5]", "target[species = Xx]"]
)
def test_a_selector_of_what_is_not_there_is_refused(text, subject):
    with pytest.raises(LessonError) as caught:
        atoms_of(parse_selector(text), subject)
    assert caught.value.hint


def test_tolerances():
    assert close(2.0, 1.0, Tolerance("factor", 2.0))
    assert not close(2.1, 1.0, Tolerance("factor", 2.0))
    assert not close(-1.0, 1.0, Tolerance("factor", 2.0))
    assert close(-0.99, -1.0, Tolerance("share", 0.011))
    assert not close(float("nan"), 1.0, Tolerance("amount", 5.0))
