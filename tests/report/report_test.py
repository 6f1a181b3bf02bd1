"""Opens the reports of all shipped workflows in a browser, and holds them against their run files.

    report_test.py HOOKFLOW [--pictures FOLDER] [--files FOLDER]

Pictures of each page, wide and narrow, light and dark, are left in the folder. Exit code 77, which ctest counts as
skipped, where this machine lacks the browser, unless HOOKFLOW_REQUIRE_REFERENCES is set.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from browser import Browser, missing
from checks import check_brief, check_comparison, check_hover, check_sentences, check_table

SOURCE = Path(__file__).resolve().parents[2]
WIDE, NARROW = 1280, 375
LONG = "long " * 39 + "label"
HOSTILE = [
    {"id": "<script>alert(1)</script>", "text": "</script><script>alert(2)</script> is", "target": " Germany"},
    {"id": "\"'><img src=x onerror=alert(3)>", "text": "Berlin is & <b>bold</b>", "target": " Germany"},
    {"id": LONG, "text": "東京は日本の首都です", "target": " Germany"},
    {"id": "שלום", "text": "مرحبا بالعالم", "target": " Germany"},
]
HOSTILE_WORKFLOW = """
workflow: hostile
about: "Texts that look like tags: </title></style><script>alert(4)</script> {{run}}"
model: nano
prompts: {file: p.jsonl}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  silenced: {stage: ablate, in: pass, at: "blocks.0.attn.hook_z[*]", with: {value: 0}}
  scores: {stage: measure.prediction, in: [pass, silenced]}
keep: [scores]
"""


def make_reports(hookflow, folder):
    """A run file and its report of each shipped workflow, and of one with hostile texts. Returns the files."""
    (folder / "p.jsonl").write_text("".join(json.dumps(prompt) + "\n" for prompt in HOSTILE))
    (folder / "hostile.yaml").write_text(HOSTILE_WORKFLOW)
    files = []
    for workflow in [*sorted((SOURCE / "workflows").glob("*.yaml")), folder / "hostile.yaml"]:
        files.append(folder / f"{workflow.stem}.h5")
        subprocess.run([hookflow, "run", workflow, "--out", files[-1], "--quiet", "--force", "--report"], check=True,
                       stdout=subprocess.DEVNULL)
    return files


def check_page(browser, page, pictures):
    """Opens it in every form: it says nothing on the console, asks for nothing, and never scrolls sideways."""
    for width in (WIDE, NARROW):
        for dark in (False, True):
            form = f"{page.stem} {width} {'dark' if dark else 'light'}"
            browser.set_window(width, dark=dark)
            browser.open(page)
            problems = browser.problems()
            assert not problems, f"{form}: {problems}"
            undrawn = browser.run("return [...document.querySelectorAll('figure:not([data-drawn])')].map(f => f.dataset.name)")
            assert not undrawn, f"{form}: not drawn: {undrawn}"
            scroll = browser.run("return document.documentElement.scrollWidth")
            assert scroll <= width, f"{form}: scrolls sideways, {scroll} pixels"
            if pictures:
                browser.picture(pictures / f"{form.replace(' ', '_')}.png")
    print(f"{page.name}: {page.stat().st_size // 1024} kB, "
          f"{browser.run('return document.querySelectorAll(`figure[data-spec]`).length')} figures")


def check_hostile(browser, page):
    """All texts are shown as they are."""
    browser.set_window(WIDE)
    browser.open(page)
    about = browser.run("return document.querySelector('.about').textContent")
    assert about.endswith("<script>alert(4)</script> {{run}}"), about
    browser.run("for (const table of document.querySelectorAll('details.table')) table.open = true")
    browser.wait_until("return [...document.querySelectorAll('details[data-csv]')].every(d => d.querySelector('tbody tr'))")
    shown = set(browser.run("return [...document.querySelectorAll('td')].map(cell => cell.textContent)"))
    for prompt in HOSTILE:
        assert {prompt["id"], prompt["text"]} <= shown, f"{prompt} is not shown as it is"
    assert not browser.problems()


def wait_for(file, seconds=20):
    end = time.monotonic() + seconds
    while not file.exists():
        assert time.monotonic() < end, f"{file.name} is not saved; there is {os.listdir(file.parent)}"
        time.sleep(0.05)


def make_comparison(hookflow, folder):
    """A page of two runs of the head sweep that differ in their prompt. Returns it, and what is said to programs."""
    text = (SOURCE / "workflows/head_sweep.yaml").read_text()
    prompt = '{id: berlin, text: "Berlin is the capital of", target: " Germany", contrast: " France"}'
    assert prompt in text
    other = '{id: paris, text: "Paris is the capital of", target: " France", contrast: " Germany"}'
    (folder / "paris.yaml").write_text(text.replace(prompt, other))
    runs = [folder / "head_sweep.h5", folder / "paris.h5"]
    subprocess.run([hookflow, "run", folder / "paris.yaml", "--out", runs[1], "--quiet", "--force"], check=True,
                   stdout=subprocess.DEVNULL)
    page = folder / "comparison.html"
    subprocess.run([hookflow, "compare", *runs, f"--report={page}"], check=True, stdout=subprocess.DEVNULL)
    told = subprocess.run([hookflow, "compare", *runs, "--json"], check=True, capture_output=True)
    return page, json.loads(told.stdout)[0]["variables"]


def check_menu(browser):
    """A figure is saved as SVG and as PNG, with its title and on white, which the page's own drawing has not."""
    saves = "figure .vega-actions a"
    names = browser.run(f"return [...document.querySelector('figure').querySelectorAll('{saves[7:]}')].map(a => a.textContent)")
    assert names == ["Save as SVG", "Save as PNG"], names
    title = browser.run("return document.querySelector('figure h3').textContent")
    assert title not in browser.run("return document.querySelector('figure svg').textContent")
    with tempfile.TemporaryDirectory() as folder:
        browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": folder})
        for index in range(2):
            browser.run(f"document.querySelectorAll('{saves}')[{index}].click()")
        name = browser.run("return document.querySelector('figure').dataset.name")
        svg, png = (Path(folder) / f"{name}.{ending}" for ending in ("svg", "png"))
        wait_for(svg)
        wait_for(png)
        assert title in svg.read_text() and 'fill="white"' in svg.read_text()
        assert png.read_bytes().startswith(b"\x89PNG")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hookflow")
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--files", type=Path, help="where the run files and reports are left; default: nowhere")
    options = parser.parse_args()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, Browser() as browser:
        folder = options.files or Path(temporary)
        folder.mkdir(exist_ok=True)
        for file in make_reports(options.hookflow, folder):
            check_page(browser, file.with_suffix(".html"), options.pictures)
        check_hostile(browser, folder / "hostile.html")
        page, variables = make_comparison(options.hookflow, folder)
        check_page(browser, page, options.pictures)
        browser.set_window(WIDE)
        check_comparison(browser, page, variables)
        browser.set_window(WIDE)
        browser.open(folder / "head_sweep.html")
        check_hover(browser, folder / "head_sweep.h5", "scores", "prob_change")
        check_menu(browser)
        check_brief(browser)
        check_table(browser, folder / "head_sweep.h5", "scores", "prob_change")
        check_sentences(browser, folder)
        assert not browser.problems()


if __name__ == "__main__":
    lacks = missing()
    if lacks and not os.environ.get("HOOKFLOW_REQUIRE_REFERENCES"):
        print(f"skipped: this machine has no {lacks}")
        sys.exit(77)
    main()
