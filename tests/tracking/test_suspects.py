"""Which change of a release is suspected of an error, and what is said against it."""

from typing import Any

import pytest

from releaseray.tracking.code_paths import frame_paths, is_aside, likeness
from releaseray.tracking.event import Frame
from releaseray.tracking.patch import Hunk, TouchedFile
from releaseray.tracking.suspects import Change, rank_suspects

CHARGE = Frame("charge", "shop.pay", "shop/pay.py", "/srv/app/src/shop/pay.py", 20, True)
VIEW = Frame("pay_view", "shop.views", "shop/views.py", "/srv/app/src/shop/views.py", 8, True)
STACK = (VIEW, CHARGE)
PAY, VIEWS = "src/shop/pay.py", "src/shop/views.py"


def change(title: str, *files: str | TouchedFile, **fields: Any) -> Change:
    touched = tuple(file if isinstance(file, TouchedFile) else TouchedFile(file) for file in files)
    return Change(title, "ann", (title,), touched, **fields)


def touched(path: str, function: str, start: int = 100, changed: int = 4) -> TouchedFile:
    return TouchedFile(path, (Hunk(start, 6, (function,), changed),))


def titles(*changes: Change, frames: tuple[Frame, ...] = STACK, **options: Any) -> list[str]:
    return [suspect.change.title for suspect in rank_suspects(frames, changes, **options)]


def test_only_changes_that_touch_the_stack_are_named() -> None:
    assert titles(
        change("css", "web/site.css"), change("pay", PAY), change("charge everybody", "src/shop/mail.py")
    ) == ["pay"]


def test_the_innermost_frame_counts_most() -> None:
    assert titles(change("views", VIEWS), change("pay", PAY)) == ["pay", "views"]


def test_the_function_counts_more_than_the_file() -> None:
    elsewhere, there = change("refund", touched(PAY, "refund")), change("charge", touched(PAY, "charge"))
    assert titles(elsewhere, there) == ["charge", "refund"]


def test_a_function_that_many_changes_touch_accuses_nobody_much() -> None:
    many = [change(f"view {n}", touched(VIEWS, "pay_view")) for n in range(9)]
    assert titles(*many, change("pay", touched(PAY, "other")))[0] == "pay"


def test_what_says_that_it_mends_is_suspected_a_little_less() -> None:
    assert titles(change("Fix rounding", touched(PAY, "charge")), change("Round", touched(PAY, "charge"))) == [
        "Round",
        "Fix rounding",
    ]


def test_moving_a_file_as_it_is_accuses_nobody_and_hides_nobody() -> None:
    old = change("charge", touched("pay.py", "charge"), date=1.0)
    moved = change(
        "move", TouchedFile(PAY, (), was="lib/pay.py"), TouchedFile("lib/pay.py", (), was="pay.py"), date=2.0
    )
    assert titles(old, moved) == ["charge"]
    (suspect,) = rank_suspects(STACK, (old, moved))
    assert suspect.change is old
    assert suspect.reasons[0].startswith(f"changes charge in {PAY}")


def test_a_file_that_is_changed_on_its_way_counts_by_what_was_changed() -> None:
    moved = change("move", TouchedFile(PAY, (Hunk(3, 7, ("charge",), 2),), was="old/pay.py"), date=2.0)
    assert titles(change("other", touched(PAY, "refund"), date=3.0), moved) == ["move", "other"]


def test_what_took_the_old_name_later_is_another_file() -> None:
    moved = change("move", TouchedFile("src/billing.py", (), was=PAY), date=1.0)
    assert titles(moved, change("anew", touched(PAY, "charge"), date=2.0)) == ["anew"]


@pytest.mark.parametrize("back_at", [1.0, 2.0])
def test_a_file_that_was_moved_there_and_back_is_where_it_was(back_at: float) -> None:
    there = change("there", TouchedFile("b.py", (), was=PAY), date=1.0)
    back = change("back", TouchedFile(PAY, (), was="b.py"), date=back_at)
    assert titles(change("charge", touched(PAY, "charge"), date=0.5), there, back) == ["charge"]


def test_a_sweeping_change_is_suspected_less_than_a_narrow_one() -> None:
    sweeping = change("reformat", PAY, *(f"src/shop/m{n}.py" for n in range(200)))
    assert titles(sweeping, change("pay", PAY)) == ["pay", "reformat"]


def test_more_lines_in_the_function_are_more_evidence() -> None:
    assert titles(
        change("typo", touched(PAY, "charge", changed=1)), change("rewrite", touched(PAY, "charge", changed=80))
    ) == [
        "rewrite",
        "typo",
    ]


def test_the_line_counts_where_it_is_known() -> None:
    far, near = change("far", touched(PAY, "other", 400)), change("near", touched(PAY, "other", 18))
    assert titles(far, near) == ["near", "far"]


def test_tests_and_documents_hardly_count() -> None:
    frames = (Frame("charge", None, "tests/test_pay.py", None, 3, True), CHARGE)
    assert titles(change("tests", "tests/test_pay.py"), change("pay", PAY), frames=frames) == ["pay", "tests"]


def test_words_and_age_only_settle_ties() -> None:
    one, other = change("Round amounts", PAY, date=10.0), change("Add currency", PAY, date=20.0)
    assert titles(one, other) == ["Add currency", "Round amounts"]
    assert titles(one, other, message="ValueError: cannot round amounts") == ["Round amounts", "Add currency"]


def test_library_frames_are_left_out_unless_there_is_nothing_else() -> None:
    vendored = Frame("send", "mailer", "vendor/mailer.py", None, 1, in_app=False)
    changes = (change("mailer", "vendor/mailer.py"), change("pay", PAY))
    assert titles(*changes, frames=(CHARGE, vendored), platform="python") == ["pay"]
    assert titles(*changes, frames=(vendored,), platform="python") == ["mailer"]


def test_a_suspect_says_why() -> None:
    others = [change(f"other {n}", PAY) for n in range(2)]
    first, *_ = rank_suspects(STACK, [*others, change("charge", touched(PAY, "charge", 18), VIEWS, pr=7)])
    assert first.reasons == (
        f"changes charge in {PAY}, the only change of this function, close to line 20",
        f"touches {VIEWS}, the only change of this file",
    )
    assert first.change.pr == 7
    assert 0.5 < first.share < 1


def test_nothing_to_go_by() -> None:
    assert rank_suspects((), [change("pay", PAY)]) == ()
    assert rank_suspects(STACK, []) == ()
    assert rank_suspects((Frame("charge"),), [change("pay", PAY)]) == ()


def test_the_limit() -> None:
    assert len(titles(*(change(str(n), PAY) for n in range(9)), limit=3)) == 3


@pytest.mark.parametrize(
    ("frame", "repository_path", "at_least", "at_most"),
    [
        (Frame(abs_path="/srv/app/current/src/shop/pay.py"), "src/shop/pay.py", 1.0, 1.0),
        (Frame(filename="shop/pay.py"), "backend/src/shop/pay.py", 1.0, 1.0),
        (Frame(abs_path="C:\\app\\Shop\\Pay.cs"), "Shop/Pay.cs", 1.0, 1.0),
        (Frame(filename="webpack:///./src/cart.js?v=1"), "src/cart.js", 1.0, 1.0),
        (Frame(filename="Cart.java", module="com.acme.shop.Cart$Item"), "app/java/com/acme/shop/Cart.java", 1.0, 1.0),
        (Frame(filename="pay.py", module="shop.pay"), "src/shop/pay.py", 1.0, 1.0),
        (Frame(filename="__init__.py", module="shop"), "src/shop/__init__.py", 1.0, 1.0),
        (Frame(filename="setup.py"), "setup.py", 0.8, 1.0),
        (Frame(abs_path="/srv/shop/pay.py"), "other/shop/pay.py", 0.5, 0.9),
        (Frame(abs_path="/srv/shop/pay.py"), "other/mail/pay.py", 0.0, 0.2),
        (Frame(abs_path="/srv/shop/__init__.py"), "src/mail/__init__.py", 0.0, 0.1),
        (Frame(abs_path="/srv/shop/pay.py"), "src/shop/refund.py", 0.0, 0.0),
        (Frame(filename="<string>"), "src/shop/pay.py", 0.0, 0.0),
    ],
)  # fmt: skip
def test_deployed_paths_are_matched_from_the_end(
    frame: Frame, repository_path: str, at_least: float, at_most: float
) -> None:
    assert at_least <= likeness(frame_paths(frame), repository_path) <= at_most


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py",
        "a/test_b.py",
        "cart.spec.ts",
        "cart_test.go",
        "docs/x.md",
        "README.md",
        "CartTest.java",
        "poetry.lock",
    ],
)
def test_files_beside_the_code(path: str) -> None:
    assert is_aside(path)


@pytest.mark.parametrize("path", ["src/contest.py", "latest/a.py", "src/specials.rb", "src/docsite.py"])
def test_files_of_the_code(path: str) -> None:
    assert not is_aside(path)
