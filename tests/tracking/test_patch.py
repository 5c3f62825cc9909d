"""What a patch touches, read from git's diffs."""

import pytest

from releaseray.tracking.patch import Hunk, TouchedFile, function_names, parse_patch

PATCH = """\
commit message that mentions @@ -1 +1 @@ nothing

diff --git a/src/pay.py b/src/pay.py
index 111..222 100644
--- a/src/pay.py
+++ b/src/pay.py
@@ -10,6 +10,7 @@ class Till:
     def charge(self):
-        old
+        new
+        newer
@@ -40 +41,2 @@ def refund(amount):
+def report():
+    pass
diff --git a/gone.c b/gone.c
deleted file mode 100644
--- a/gone.c
+++ /dev/null
@@ -1,2 +0,0 @@
-static int gone(struct thing *it)
-{
diff --git "a/with space.js" "b/with space.js"
--- "a/with space.js"\t
+++ "b/with space.js"\t
@@ -3,2 +3,2 @@ const total = (items) => {
--- a/looks/like/a/header
+++ b/looks/like/a/header
diff --git a/logo.png b/logo.png
Binary files a/logo.png and b/logo.png differ
"""


def test_a_patch_of_several_files() -> None:
    assert parse_patch(PATCH) == (
        TouchedFile("src/pay.py", (Hunk(10, 7, ("Till", "charge"), 3), Hunk(41, 2, ("refund", "report"), 2))),
        TouchedFile("gone.c", (Hunk(0, 0, ("gone",), 2),)),
        TouchedFile("with space.js", (Hunk(3, 2, ("total",), 2),)),
        TouchedFile("logo.png", ()),
    )


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("def charge(self, amount):", ("charge",)),
        ("    async def charge(", ("charge",)),
        ("class Till(Base):", ("Till",)),
        ("static int bond_start(struct rte_eth_dev *dev)", ("bond_start",)),
        ("struct rte_mbuf {", ("rte_mbuf",)),
        ("func (s *Server) Handle(w http.ResponseWriter) {", ("Handle",)),
        ("func Map[T any](items []T) []T {", ("Map",)),
        ("    public async Task<int> PayAsync(Cart cart)", ("PayAsync",)),
        ("  public List<Item> items(Map<String, Item> all) {", ("items",)),
        ("export const total = async (items) => {", ("total",)),
        ("export const pay: Handler<Cart> = async (items) => {", ("pay",)),
        ("export const pay = (amount: number): Promise<void> => {", ("pay",)),
        ("  async total(items) {", ("total",)),
        ("export default function checkout() {", ("checkout",)),
        ("  def total", ("total",)),
        ("  def self.total(items)", ("total",)),
        ("pub fn parse<'a>(text: &'a str) -> Tree {", ("parse",)),
        ("    if (ready) {", ()),
        ("", ()),
        ("x" * 100_000 + "(", ()),
    ],
)
def test_names_of_definitions(line: str, names: tuple[str, ...]) -> None:
    assert function_names(line) == names


def test_what_is_no_patch_touches_nothing() -> None:
    assert parse_patch("") == ()
    assert parse_patch("@@ -1 +1 @@\n+++ b/x\n+a\n") == ()


def test_a_moved_file_says_where_it_was() -> None:
    moved = """\
diff --git a/old/pay.py b/src/pay.py
similarity index 100%
rename from old/pay.py
rename to src/pay.py
diff --git "a/old/gr\\303\\274n.py" b/src/green.py
similarity index 90%
rename from "old/gr\\303\\274n.py"
rename to src/green.py
--- "a/old/gr\\303\\274n.py"
+++ b/src/green.py
@@ -3,1 +3,1 @@ def grow():
-    rename from here
+    rename to there
"""
    plain, changed = parse_patch(moved)
    assert plain == TouchedFile("src/pay.py", (), "old/pay.py")
    assert (changed.path, changed.hunks[0].changed) == ("src/green.py", 2)
    assert changed.was
