"""Prints every text of the program that a person can read, with its place: what C++ sources join from literals is
printed as one line, `{}` where a value comes in. A word of the engine in one of them makes the exit code 1."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
# Words of the engine; a message says prompts, variants and batches.
ENGINE = re.compile(
    r"\b(lanes?|folds?|parts?|k?pass(es)?/s|kpasses|put_in|places?|thread-seconds|wish(es)?|packets?)\b"
    r"|\bunit\b|limit was waiting|-0 %|is no replacement|1 numbers"
)
TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<fence>[^(]*)\((?P<raw>.*?)\)(?P=fence)"|"(?P<text>(?:\\.|[^"\\\n])*)"'
    r"|'(?:\\.|[^'\\])+'|#include[^\n]*|(?P<end>[;{}])|(?P<comma>,)|(?P<code>[\w)\]]+)|\s+|.",
    re.S,
)


def messages(source):
    """(line, text) of each text of `source`: literals, and what stands between them up to a comma or a statement's end."""
    text, line, depth = "", 0, 0
    for token in TOKEN.finditer(source):
        literal = token["raw"] if token["raw"] is not None else token["text"]
        if literal is not None:
            line = line or source.count("\n", 0, token.start()) + 1
            text += literal.replace("\\n", "\n").replace('\\"', '"')
        elif token["end"] or token["comma"]:
            if text:
                yield line, text
            text, line = "", 0
        elif token["code"] and text and not text.endswith("{}"):
            text += "{}"
    if text:
        yield line, text


wrong = 0
for room in ("model", "stages", "pipeline"):
    for path in sorted((root / room).rglob("*.?pp")):
        for line, text in messages(path.read_text()):
            if not re.search(r"[a-z]{2,}[ :]+[a-z{]", text):
                continue
            word = ENGINE.search(text)
            wrong += bool(word)
            print(f"{path.relative_to(root)}:{line}: {' / '.join(text.split(chr(10)))}" + (f"   <- {word[0]}" if word else ""))
print(f"\n{wrong} texts have a word of the engine" if wrong else "")
sys.exit(wrong > 0)
