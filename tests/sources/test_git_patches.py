"""The function that each change is in, as git's hunk headers give it, in the languages that errors come from."""

from pathlib import Path

import pytest
from tests.repository import GitRepository

from releaseray.sources.git_patches import read_patches
from releaseray.sources.git_process import Git
from releaseray.tracking.patch import parse_patch

FILLING = "\n".join(f"{{indent}}step_{number};" for number in range(12))

LANGUAGES = {
    "cart.py": ("class Cart:\n    def pay(self, amount):\n", "        ", "pay"),
    "cart.rb": ("class Cart\n  def pay(amount)\n", "    ", "pay"),
    "Cart.php": ("<?php\nclass Cart {\n    public function pay($amount) {\n", "        ", "pay"),
    "Cart.java": ("public class Cart {\n    public void pay(int amount) {\n", "        ", "pay"),
    "Cart.cs": ("public class Cart\n{\n    public async Task Pay(int amount)\n    {\n", "        ", "Pay"),
    "cart.go": ("package cart\n\nfunc (c *Cart) Pay(amount int) error {\n", "\t", "Pay"),
    "cart.rs": ("impl Cart {\n    pub fn pay(&self, amount: u32) {\n", "        ", "pay"),
    "cart.kt": ("class Cart {\n    fun pay(amount: Int) {\n", "        ", "pay"),
    "cart.js": ("class Cart {\n  async pay(amount) {\n    if (amount) {\n", "      ", "pay"),
    "cart.ts": ("export const pay = async (amount: number): Promise<void> => {\n  for (;;) {\n", "    ", "pay"),
    "pay.mjs": ("export default async function pay(amount) {\n", "  ", "pay"),
    "Pay.tsx": ("export class Pay {\n  private render<T>(amount: T): Element {\n", "    ", "render"),
    "cart.c": ("static int\npay(struct cart *cart)\n{\n", "    ", "pay"),
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_hunk_is_in_its_function(tmp_path: Path, name: str) -> None:
    head, indent, function = LANGUAGES[name]
    repo = GitRepository(tmp_path / "shop")
    text = head + FILLING.replace("{indent}", indent)
    (repo.path / name).write_text(text)
    first = repo.commit("Pay")
    (repo.path / name).write_text(text.replace("step_10", "other_10"))
    second = repo.commit("Pay otherwise")
    patch = read_patches(Git(repo.path / ".git"), first, second)[second]
    (file,) = parse_patch(patch)
    (hunk,) = file.hunks
    assert (file.path, hunk.functions, hunk.changed) == (name, (function,), 2)


def test_a_moved_file_is_no_new_one(tmp_path: Path) -> None:
    repo = GitRepository(tmp_path / "shop")
    first = repo.commit("Pay", *(f"lib/{name}.py" for name in "abc"))
    repo.git("mv", "lib", "src")
    second = repo.commit("Move")
    files = parse_patch(read_patches(Git(repo.path / ".git"), first, second)[second])
    assert {(file.was, file.path, file.hunks) for file in files} == {(f"lib/{n}.py", f"src/{n}.py", ()) for n in "abc"}
