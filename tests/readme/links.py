"""Every page leads where it says: links to files and to headings, and paths of the tree that stand as code.

    links.py

A path as code may have NAME or FAMILY in it, for any name. Every page must be reached from README.md. What is on the
web is not looked up.
"""
import re
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```.*?^```$", re.M | re.S)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:model|pipeline|stages|tests|workflows|bench)/[\w./*-]*)`")
HEADING = re.compile(r"^#+ (.*)$", re.M)


def pages():
    skipped = ("build", "node_modules", ".git")
    return sorted(path for path in SOURCE.rglob("*.md")
                  if not any(part.startswith(skipped) for part in path.relative_to(SOURCE).parts))


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def anchors(page):
    """As GitHub makes them of headings."""
    headings = HEADING.findall(BLOCK.sub(blank, page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page):
    """(line, target) of each link that is not to the web."""
    text = CODE.sub(blank, BLOCK.sub(blank, page.read_text()))
    for link in LINK.finditer(text):
        if not re.match(r"\w+:", link[1]):
            yield text.count("\n", 0, link.start()) + 1, link[1]


def problem(page, target):
    path, _, anchor = target.partition("#")
    place = (page.parent / path).resolve() if path else page
    if not place.exists():
        return "there is no such file"
    if anchor and place.suffix == ".md" and anchor not in anchors(place):
        return f"{place.relative_to(SOURCE)} has no such heading"
    return None


def missing_paths(page):
    """(line, path) of each path that stands as code and is nowhere in the tree."""
    text = BLOCK.sub(blank, page.read_text())
    for path in PATH.finditer(text):
        pattern = re.sub(r"NAME|FAMILY", "*", path[1]).rstrip("/")
        if not any(SOURCE.glob(pattern)):
            yield text.count("\n", 0, path.start()) + 1, path[1]


def unreached(all_pages):
    reached, new = set(), [SOURCE / "README.md"]
    while new:
        page = new.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = [(page.parent / target.partition("#")[0]).resolve() for _, target in links(page)]
        new += [target for target in targets if target.suffix == ".md" and target.exists()]
    return [page for page in all_pages if page not in reached]


def main():
    found, all_pages = [], pages()
    for page in all_pages:
        name = page.relative_to(SOURCE)
        found += [f"{name}:{line}: {target}: {wrong}" for line, target in links(page) if (wrong := problem(page, target))]
        found += [f"{name}:{line}: {path}: there is no such file" for line, path in missing_paths(page)]
    found += [f"{page.relative_to(SOURCE)}: no page that README.md leads to has a link to it" for page in unreached(all_pages)]
    print("\n".join(found) or f"every link of {len(all_pages)} pages leads somewhere")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
