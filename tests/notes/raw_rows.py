"""Rows of human changelogs as a file holds them, made up."""


def raw(
    repo: str,
    number: int,
    category: str | None,
    subject: str,
    path: str = "",
    text: str = "",
    pr: int | None = None,
) -> dict[str, object]:
    return {
        "repo": repo, "sha": f"{repo}{number}{category}", "pr": pr, "source": "changelog", "version": "1.0",
        "subject": subject, "body": "", "files": [f"M\t{path or f'src/part{number}.py'}"], "bot": False,
        "category": category, "heading": category, "text": (text or subject) if category else "",
    }  # fmt: skip
