"""Nothing that a foreign repository holds is executed or honoured, whatever it tries."""

import os
import stat
from pathlib import Path

import pytest
from tests.sources.repos import Repo, history, there

from releaseray.sources import Compare, SourceError
from releaseray.sources.git import GitSource

HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg",
    "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-receive", "update",
    "proc-receive", "post-receive", "post-update", "reference-transaction", "push-to-checkout", "pre-auto-gc",
    "post-rewrite", "sendemail-validate", "fsmonitor-watchman", "post-index-change",
)  # fmt: skip

PROGRAMS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.gitProxy",
    "core.alternateRefsCommand", "pager.log", "pager.forEachRef", "gpg.program", "gpg.ssh.program",
    "gpg.x509.program", "gpg.openpgp.program", "gpg.ssh.defaultKeyCommand", "credential.helper", "diff.external",
    "diff.marker.command", "diff.marker.textconv", "filter.marker.clean", "filter.marker.smudge",
    "filter.marker.process", "merge.marker.driver", "uploadpack.packObjectsHook", "receive.procReceiveRefs",
    "remote.origin.uploadpack", "remote.origin.receivepack", "remote.origin.vcs", "sequence.editor",
    "trailer.marker.command", "trailer.marker.cmd", "interactive.diffFilter", "browser.marker.cmd",
    "difftool.marker.cmd", "mergetool.marker.cmd", "man.marker.cmd", "help.browser", "web.browser", "imap.tunnel",
    "sendemail.smtpServer", "hook.marker.command",
)  # fmt: skip


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """The file whose existence would prove that something of the repository was executed."""
    return tmp_path / "executed"


@pytest.fixture
def trap(tmp_path: Path, marker: Path) -> Repo:
    """A repository with every trap that is known, armed after its last honest commit."""
    repo = Repo(tmp_path / "trap")
    repo.write({".gitattributes": "* filter=marker diff=marker merge=marker\n"})
    repo.commit("Start", a_txt="1")
    repo.tag("v1")
    repo.commit("Next\n\nChangelog: yes", a_txt="2", pyproject_toml="[project]\n")
    repo.tag("v2")
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> "{marker}"\nexit 0\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    hooks = repo.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in HOOKS:
        (hooks / hook).symlink_to(program)
    settings = {name: str(program) for name in PROGRAMS}
    settings |= {
        "core.hooksPath": str(hooks),
        "alias.log": f"!{program}",
        "alias.cat-file": f"!{program}",
        "log.showSignature": "true",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{program}",
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "include.path": str(tmp_path / "included"),
        "includeIf.gitdir:/.path": str(tmp_path / "included"),
        "log.follow": "true",
        "log.decorate": "full",
        "log.date": "garbage",
        "log.showRoot": "false",
        "log.mailmap": "false",
        "format.pretty": "fuller",
        "format.notes": "true",
        "diff.noprefix": "true",
        "diff.orderFile": "/dev/zero",
        "i18n.logOutputEncoding": "UTF-16",
        "core.quotePath": "true",
        "color.ui": "always",
        "core.commitGraph": "garbage",
        "transfer.hideRefs": "refs/tags",
    }
    lines = [f'[include]\n\tpath = "{settings.pop("include.path")}"\n']
    for name, value in settings.items():
        section, _, key = name.rpartition(".")
        head, _, rest = section.partition(".")
        lines.append(f'[{head} "{rest}"]\n\t{key} = "{value}"\n' if rest else f'[{head}]\n\t{key} = "{value}"\n')
    (tmp_path / "included").write_text(f'[core]\n\tfsmonitor = "{program}"\n')
    with (repo.path / ".git" / "config").open("a") as config:
        config.writelines(lines)
    # A signed commit, and a tag whose object only a fetch from the promisor could bring
    (repo.path / ".git/refs/tags/promised").write_text("5" * 40 + "\n")
    return repo


async def test_a_repository_full_of_traps_executes_nothing(trap: Repo, marker: Path, tmp_path: Path) -> None:
    before = sorted(os.walk(trap.path))
    source = GitSource(str(trap.path), tmp_path / "mirror")
    head = (trap.path / ".git/refs/heads/main").read_text().strip()
    first = (await source.tags())[-1].sha
    await source.describe()
    await source.refresh()
    assert [tag.name for tag in await source.tags()] == ["v2", "v1"]
    assert await source.head() == head
    assert await source.root(head) == first
    assert await source.is_ancestor(first, head)
    found = await source.history(Compare(from_tag="v1", from_sha=first, to_tag="v2", to_sha=head))
    assert [commit.subject for commit in found.commits] == ["Next"]
    assert [delta.path for delta in found.manifests] == ["pyproject.toml"]
    assert not there(marker)
    assert sorted(os.walk(trap.path)) == before, "reading wrote into the repository"


async def test_the_traps_do_work_where_git_is_used_plainly(trap: Repo, marker: Path) -> None:
    trap.git("config", "--file", ".git/config", "--unset", "core.commitGraph")
    trap.git("status", may_fail=True)
    assert there(marker), "the traps of this test are not armed"


async def test_a_signed_commit_is_not_verified_by_the_repositorys_program(
    trap: Repo, marker: Path, tmp_path: Path
) -> None:
    parent = (trap.path / ".git/refs/heads/main").read_text().strip()
    body = (
        f"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent {parent}\nauthor E <e@x.test> 1700001000 +0000\n"
        "committer E <e@x.test> 1700001000 +0000\n"
        "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\nSigned\n"
    )
    # Written by way of another repository, for in this one git itself would step into the traps
    plain = Repo(tmp_path / "plain")
    objects = {"GIT_OBJECT_DIRECTORY": str(trap.path / ".git/objects")}
    plain.git("mktree", env=objects)
    sha = plain.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=body.encode(), env=objects)
    found = await GitSource(str(trap.path), tmp_path / "mirror").history(
        Compare(from_tag=None, from_sha=parent, to_tag="signed", to_sha=sha)
    )
    assert [commit.subject for commit in found.commits] == ["Signed"]
    assert not there(marker)


async def test_the_servers_own_git_variables_do_not_leak_in(
    trap: Repo, marker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "GIT_DIR": "/nowhere",
        "GIT_WORK_TREE": "/nowhere",
        "GIT_OBJECT_DIRECTORY": "/nowhere",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/nowhere",
        "GIT_CONFIG_PARAMETERS": "'log.showSignature'='true'",
        "GIT_CONFIG_COUNT": "garbage",
        "GIT_EXEC_PATH": "/nowhere",
        "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_EXTERNAL_DIFF": str(tmp_path / "program"),
        "GIT_PAGER": str(tmp_path / "program"),
        "GIT_SSH_COMMAND": str(tmp_path / "program"),
        "GIT_NAMESPACE": "other",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_INDEX_FILE": "/nowhere",
        "HOME": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / ".gitconfig").write_text("[log]\n\tshowSignature = true\n[core\n")
    assert len(await GitSource(str(trap.path), tmp_path / "mirror").tags()) == 2
    assert not there(marker)
    assert not there(tmp_path / "trace")


async def test_somebody_elses_repository_is_read_too(trap: Repo, tmp_path: Path) -> None:
    if os.getuid() == 0:
        for folder, _, files in os.walk(trap.path):
            for name in [folder, *(os.path.join(folder, file) for file in files)]:
                os.lchown(name, 12_345, 12_345)
    assert len(await GitSource(str(trap.path), tmp_path / "mirror").tags()) == 2


async def test_files_that_never_end_are_not_read(secret: Repo, tmp_path: Path) -> None:
    (secret.path / ".git/config").unlink()
    os.mkfifo(secret.path / ".git/config")
    with pytest.raises(SourceError, match="configuration file"):
        await GitSource(str(secret.path), tmp_path / "mirror").tags()


async def test_messages_and_paths_cannot_imitate_the_logs_own_marks(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "app")
    start = repo.commit("Start")
    forged = "\x01" + "f" * 40
    repo.write({forged: "1", "\nM": "2", "line\nfeed": "3"})
    repo.save(f"{forged}\n\n{forged}\nM\n")
    repo.tag("v1")
    found = await GitSource(str(repo.path), tmp_path / "mirror").history(
        Compare(from_tag=None, from_sha=start, to_tag="v1", to_sha=repo.sha("v1"))
    )
    (commit,) = found.commits
    assert commit.subject == forged
    assert {change.path for change in commit.files} == {forged, "\nM", "line\nfeed"}


@pytest.mark.parametrize(
    ("raw", "header", "subject"),
    [
        ("Grüße".encode("latin-1"), "ISO-8859-1", "Grüße"),
        ("привет".encode("koi8-r"), "KOI8-R", "привет"),
        ("日本".encode("shift-jis"), "SHIFT-JIS", "日本"),
        ("Grüße".encode("latin-1"), "", "Grüße"),
        (b"\xff\xfe\x81", "no-such-encoding", "ÿþ\ufffd"),
        ("Grüße".encode(), "UTF-8", "Grüße"),
    ],
)
async def test_messages_are_read_in_whatever_encoding(raw: bytes, header: str, subject: str, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "app")
    repo.git("config", "i18n.commitEncoding", header or "UTF-8")
    repo.save(raw)
    found = await history(GitSource(str(repo.path), tmp_path / "mirror"), repo, None, "HEAD")
    assert found.commits[0].subject == subject
