"""What git's complaints mean to the person who named the repository."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from releaseray.notes.regexes import regex
from releaseray.sources import SourceError
from releaseray.sources.git_process import GitError, GitGivenUp, GitTimeout

_REDIRECT = r"unable to update url base from redirection|returned error: 30\d"
_MEANINGS = (
    (r"No space left on device|Disk quota exceeded", "The server's disk is full; its operator has to make room."),
    (r"Permission denied \(|Host key verification failed|Too many authentication failures",
     "The host refused the server's ssh key, or is not among its known hosts: the operator has to add the server's "
     "key at the host, and the host's key to known_hosts. For public repositories the https URL needs neither."),
    (r"could not read (Username|Password)|Authentication failed|returned error: 40[13]|HTTP Basic: Access denied",
     "The remote asks for credentials, or does not know these: check the address, and for a private repository put an "
     "access token into the URL (https://TOKEN@host/owner/name.git)."),
    (r"returned error: 404|[Rr]epository .*not found|does not appear to be a git repository|"
     r"not found: did you run git update-server-info|access denied or repository not exported",
     "The remote has no such repository, or hides it from whoever has no access: check the address."),
    (_REDIRECT,
     "The remote answers with a redirect; give the address that it leads to."),
    (r"Could not resolve host|Could not resolve hostname|unable to look up",
     "The remote's host is not known: check the address."),
    (r"SSL certificate|certificate verif|server certificate|SSL_ERROR|gnutls_handshake|TLS connect error",
     "The remote's TLS certificate cannot be verified; the server's operator can add its authority (SSL_CERT_FILE)."),
    (r"Connection refused|Connection timed out|Operation too slow|Failed to connect|Could not connect|"
     r"Connection reset|unable to connect|No route to host|Network is unreachable|hung up unexpectedly|"
     r"early EOF|RPC failed|returned error: 5\d\d|Empty reply from server",
     "The remote cannot be reached just now; check the address, and try again."),
    (r"cannot run ssh|unable to find remote helper", "The server has no program for this kind of URL; use https."),
    (r"transport '.*' not allowed", "The remote leads to a kind of address that is not read; give its https URL."),
    (r"unknown repository extension|unknown repository version|Expected git repo version",
     "The repository is stored in a format that the server's git is too old for; its operator has to upgrade git."),
    (r"unrecognized argument|unknown option|unknown switch|[Ii]nvalid value for '--diff-merges'",
     "The server's git is too old; its operator has to install git 2.33 or newer."),
    (r"dubious ownership", "The server's git refuses the repository because of its owner."),
    (r"unable to read tree|Could not read [0-9a-f]{40}|missing (blob|tree|commit|object)|bad object|"
     r"unable to (read|open|find) |bad tree object|loose object .* is corrupt|is corrupt|unable to parse",
     "The repository does not have all objects of this history: a partial or broken clone, or commits that were "
     "removed since. Fetch them there, or give the URL it was cloned from."),
)  # fmt: skip

_BROKEN = regex(
    r"bad object|corrupt|unable to read (sha1|tree|object)|not a git repository|missing (blob|tree|commit|object)|"
    r"bad signature|invalid (sha1|object|index)|unexpected (line|end)|is too small|did not send all necessary|"
    r"bad (config|packed)|unable to parse|unable to resolve reference",
    re.IGNORECASE,
)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what git and the system complain of into words for the user, and keep the original for the log."""
    try:
        yield
    except (GitError, OSError) as error:
        if not isinstance(error, GitGivenUp):
            # Imported where there is something to log: a command that ends well need not wait for it
            import_module("logging").getLogger(__name__).warning("git source failed: %s", error)
        raise explain(error) from error


def explain(error: GitError | OSError) -> SourceError:
    """What to tell the user: the meaning of git's complaint, never its words, which may name the server's paths."""
    if isinstance(error, OSError):
        return _explain_system(error)
    if isinstance(error, GitTimeout):
        return SourceError("Reading the repository took too long and was given up; try again, or with a shorter range.")
    for pattern, meaning in _MEANINGS:
        if re.search(pattern, error.stderr):
            return SourceError(meaning)
    return SourceError("git could not read the repository; the server's log has its words.")


def _explain_system(error: OSError) -> SourceError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SourceError("The server's disk is full; its operator has to make room.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SourceError("The server may not read the repository, or not write to its own data directory.")
    return SourceError("The repository cannot be read; the server's log has the reason.")


def is_broken_mirror(error: GitError) -> bool:
    """Whether git complains of the mirror itself rather than of the remote."""
    return bool(_BROKEN.search(error.stderr)) and "remote: " not in error.stderr


def is_redirect(error: GitError) -> bool:
    """Whether the remote answered with a redirect that is not followed."""
    return bool(re.search(_REDIRECT, error.stderr))
