#!/usr/bin/python3
"""Turns templates/ into a C header.

usage: embed.py FOLDER OUTPUT

templates/<name>.json holds the words of a template in every language; a "like" names a file that gives what it
leaves out. templates/parts/ is the mail they are set in: [[slots]] are filled here, {{mustache}} stays. So every
document that comes out is whole: mail as HTML and text, push and Slack say the same, from the same words.
"""
import json
import pathlib
import re
import sys

CHANNELS = ("email", "push", "slack")


def escaped(words):
    """Plain words as HTML; Mustache's tags have none of these characters."""
    return words.replace("&", "&amp;").replace("<", "&lt;")


class Document:
    """One template's document out of its words and the parts."""

    def __init__(self, source, parts, shared):
        self.source, self.parts, self.shared = source, parts, shared

    def fill(self, part, **slots):
        filled = re.sub(r"\[\[(\w+)\]\]", lambda m: slots[m[1]], self.parts[part].rstrip("\n"))
        return filled + "\n"

    @staticmethod
    def when(block, text):
        """A block with "if" or "unless" is there only then."""
        if isinstance(block, dict) and "if" in block:
            return "{{#%s}}%s{{/%s}}" % (block["if"], text, block["if"])
        if isinstance(block, dict) and "unless" in block:
            return "{{^%s}}%s{{/%s}}" % (block["unless"], text, block["unless"])
        return text

    @staticmethod
    def said(block):
        return block["say"] if isinstance(block, dict) else block

    def paragraphs(self, blocks):
        return "".join(self.when(b, self.fill("paragraph", say=escaped(self.said(b)))) for b in blocks)

    def figure(self, words):
        block, image = words.get("figure"), self.source.get("images", {}).get("progress", {})
        if not block:
            return ""
        ring = image.get("kind") == "ring"
        small = block.get("small", "")
        return self.when(block, self.fill(
            "figure", big=escaped(block["say"]), small=self.when(small, self.fill("small", say=escaped(self.said(small)))) if small else "",
            ring=self.fill("ring", width=str(image.get("width"))) if ring else "", bar=self.fill("bar") if image and not ring else ""))

    def rows(self, words):
        rows = [self.when(r, self.fill("row", label=escaped(r["label"]), value=escaped(r["say"]))) for r in words.get("rows", [])]
        return self.fill("rows", rows="".join(rows)) if rows else ""

    def html(self, language, words):
        body = self.paragraphs(words.get("say", [])) + self.figure(words) + self.rows(words) + self.paragraphs(words.get("then", []))
        if words.get("lines"):
            body += self.fill("item", line=escaped(words["lines"]))
        body += self.fill("button", button=escaped(words["button"]))
        escape = {name: escaped(text) for name, text in words.items() if isinstance(text, str)}
        return self.fill("mail", **escape | {"language": language, "body": body, "preview": escape["push"]})

    def text(self, words):
        blocks = [words["greeting"], *words.get("say", [])]
        if figure := words.get("figure"):
            small = figure.get("small", "")
            blocks.append(figure | {"say": figure["say"] + (self.when(small, "\n" + self.said(small)) if small else "")})
        text = "".join(self.when(b, self.said(b) + "\n\n") for b in blocks + words.get("then", []))
        text += "".join(self.when(r, f"{r['label']}: {r['say']}\n") for r in words.get("rows", []))
        if words.get("lines"):
            text += "{{#lines}}- %s{{#detail}}\n  {{detail}}{{/detail}}\n{{/lines}}" % words["lines"]
        text += self.when({"if": "link"}, f"{words['button']}: {{{{link}}}}\n")
        footer = "".join("{{#links.%s}}\n%s: {{links.%s}}{{/links.%s}}" % (link, words[slot], link, link)
                         for link, slot in (("preferences", "choose"), ("unsubscribe", "stop")))
        return f"{text}-- \n{words['why']}{footer}\n"

    def locale(self, language, words):
        words = self.shared[language] | words
        title = words.get("title", words["subject"])
        made = {"email": {"subject": words["subject"], "text": self.text(words), "html": self.html(language, words)},
                "push": {"title": title, "body": words["push"], "link": "{{link}}"},
                "slack": {"text": f"{title}\n{words['push']}{{{{#link}}}}\n{{{{link}}}}{{{{/link}}}}"}}
        return {channel: made[channel] for channel in self.source.get("channels", CHANNELS)}

    def made(self):
        out = {"description": self.source["description"], "schema": self.source["schema"], "sample": self.source["sample"]}
        if self.source.get("images"):
            out["images"] = self.source["images"]
        return out | {"locales": {language: self.locale(language, words) for language, words in self.source["words"].items()}}


def merged(base, own):
    """own, and what of base it does not say; objects are merged member by member."""
    if isinstance(base, dict) and isinstance(own, dict):
        return base | {name: merged(base.get(name), value) for name, value in own.items()}
    return own


def templates(folder):
    parts = {p.stem: p.read_text() for p in (folder / "parts").glob("*.html")}
    shared = json.loads((folder / "parts" / "words.json").read_text())
    for path in sorted(folder.glob("*.json")):
        source = json.loads(path.read_text())
        if "like" in source:
            source = merged(json.loads((folder / "parts" / f"{source['like']}.json").read_text()), source)
        yield path.stem, Document(source, parts, shared).made()


def literal(text):
    return "\n\t\t".join(json.dumps(line, ensure_ascii=False).replace("??", "?\\?") for line in text.splitlines(keepends=True))


def main(folder, output):
    lines = ["/* Made by embed.py from templates/. */", "", "static const struct {", "\tconst char *name, *document;", "} base_templates[] = {"]
    for name, document in templates(folder / "templates"):
        lines.append(f"\t{{\"{name}\",\n\t\t{literal(json.dumps(document, ensure_ascii=False, indent=0))}}},")
    output.write_text("\n".join([*lines, "};", ""]) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
