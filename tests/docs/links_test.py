"""links_test.py SOURCE: every relative link and picture of the Markdown pages leads to a file that is there, and every
"#anchor" to a heading of its page."""
import pathlib
import re
import sys
import unicodedata
import urllib.parse

SKIPPED = {"build", "node_modules", ".git", "shared"}


def without_code(text):
    """The text without fenced blocks, indented blocks and code spans, in which nothing is a link."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    text = re.sub(r"^(?: {4}|\t).*$", "", text, flags=re.M)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(text):
    """The anchors that GitHub gives to a page's headings."""
    found = set()
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    for heading in re.findall(r"^#+ +(.+?) *#*$", text, flags=re.M):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        kept = [c for c in heading if c in " -_" or unicodedata.category(c)[0] in "LN"]
        name = base = "".join(kept).replace(" ", "-")
        number = 0
        while name in found:
            number += 1
            name = f"{base}-{number}"
        found.add(name)
    return found


def main():
    source = pathlib.Path(sys.argv[1])
    pages = {page: page.read_text() for page in source.rglob("*.md")
             if not SKIPPED & set(page.relative_to(source).parts)}
    links = dead = 0
    for page, text in sorted(pages.items()):
        for link in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
            if re.match(r"[a-z]+:", link):
                continue
            links += 1
            path, _, anchor = urllib.parse.unquote(link).partition("#")
            target = (page.parent / path).resolve() if path else page.resolve()
            if not target.exists():
                reason = "there is no such file"
            elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text()):
                reason = "the page has no such heading"
            else:
                continue
            dead += 1
            print(f"{page.relative_to(source)}: {link}: {reason}")
    print(f"{len(pages)} pages, {links} links, {dead} dead")
    return 1 if dead or not links else 0


if __name__ == "__main__":
    sys.exit(main())
