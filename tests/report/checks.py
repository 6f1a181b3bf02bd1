"""What a page shows, held against its run file, which is read by h5py alone."""
import itertools

import h5py
import numpy as np


def labels_of(dataset):
    """The labels of each axis, as texts."""
    scales = [dimension[0][:] for dimension in dataset.dims]
    return [[label.decode() if isinstance(label, bytes) else f"{label:g}" for label in scale] for scale in scales]


def read(path, group, variable):
    with h5py.File(path) as file:
        dataset = file[group][variable]
        return list(dataset.attrs["axes"]), labels_of(dataset), dataset[...].astype(float)


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


def hover(browser, figure):
    """Points at the middle of one of the figure's cells. Returns the tooltip, {name: text}."""
    from selenium.webdriver.common.action_chains import ActionChains
    browser.run("arguments[0].scrollIntoView({block: 'center'})", figure)
    marks = figure.find_elements("css selector", "g.mark-rect.role-mark > path, g.mark-symbol.role-mark > path")
    mark = marks[len(marks) // 3]
    ActionChains(browser.driver).move_to_element(mark).perform()
    browser.wait_until("return document.querySelector('#vg-tooltip-element.visible tr')", 10)
    rows = browser.run("return [...document.querySelectorAll('#vg-tooltip-element tr')]"
                       ".map(row => [...row.children].map(cell => cell.textContent))")
    return {name.strip().rstrip(":"): value for name, value in rows}


def figure_of(browser, group, variable):
    figures = browser.driver.find_elements("css selector", "figure[data-spec]")
    named = [figure for figure in figures if figure.get_attribute("data-name") == f"{group}.{variable}"]
    titled = [figure for figure in figures if variable in figure.text or variable.replace("_", " ") in figure.text]
    return (named or titled)[0]


def check_hover(browser, path, group, variable):
    """A cell's tooltip names labels and the value that the file has there."""
    axes, labels, values = read(path, group, variable)
    shown = hover(browser, figure_of(browser, group, variable))
    lower = {name.lower(): value for name, value in shown.items()}
    assert {"layer", "head"} <= set(lower), f"the tooltip does not say where: {shown}"
    steps = [[names.index(lower[axis])] if axis in lower else range(len(names)) for axis, names in zip(axes, labels)]
    found = [values[cell] for cell in itertools.product(*steps)]
    told = [number(value) for name, value in lower.items() if name not in axes and value[-1:].isdigit()]
    assert any(np.isclose(t, f, rtol=1e-5, atol=0) for t in told for f in found), f"{shown} is none of {found}"
    print(f"hover: {shown}")


def check_table(browser, path, group, variable):
    """A table sorts by a column and keeps the rows that a filter asks for."""
    axes, labels, values = read(path, group, variable)
    table = next(table for table in browser.driver.find_elements("css selector", "#tables details")
                 if table.find_element("css selector", "summary b").text == group)
    browser.run("arguments[0].open = true; arguments[0].scrollIntoView()", table)
    browser.wait_until("return [...document.querySelectorAll('#tables details[open]')].every(d => d.querySelector('tbody'))")
    names = [header.text for header in table.find_elements("css selector", "thead th")]
    column = names.index(variable)

    def shown():
        return [number(row) for row in browser.run(
            "return [...arguments[0].querySelectorAll('tbody tr')].map(row => row.children[arguments[1]].textContent)",
            table, column)]

    header = table.find_elements("css selector", "thead button")[column]
    header.click()
    largest = np.sort(values.ravel())[::-1]
    assert np.allclose(shown(), largest[:len(shown())], rtol=1e-5), "not sorted, the largest first"
    header.click()
    assert np.allclose(shown(), largest[::-1][:len(shown())], rtol=1e-5), "not sorted, the smallest first"
    table.find_element("css selector", "input").send_keys("layer=3 token=target")
    kept = values[:, :, 3, :, labels[axes.index("token")].index("target")]
    assert np.allclose(shown(), np.sort(kept.ravel()), rtol=1e-5), "not filtered"
    said = table.find_element("css selector", "output").text
    assert said == f"{kept.size} of {kept.size} rows", said
    table.find_element("css selector", "input").send_keys(" nosuchword")
    assert shown() == []


def answers(browser, page):
    """{stage: its sentences} of a page."""
    browser.open(page)
    return browser.run("""return Object.fromEntries([...document.querySelectorAll('dt')].map(stage =>
        [stage.textContent, [...stage.nextElementSibling.querySelectorAll('p')].map(p => p.textContent).join('\\n')]))""")


def check_brief(browser):
    """The top says in few sentences what stands, with all others, in what is folded."""
    brief = browser.run("return [...document.querySelectorAll('.brief li')].map(item => item.textContent)")
    assert 4 <= len(brief) <= 10, brief
    for part in ("on the model", "No prompt failed", "ost likely token: ", "differs from the clean pass: in ", "is at most 0.05: "):
        assert any(part in sentence for sentence in brief), f"nothing of '{part}' in {brief}"
    assert not browser.run("return document.querySelector('details.answers').open")


def place_of(axes, labels, cell, without=()):
    return ", ".join(f"{axis} {names[step]}" for axis, names, step in zip(axes, labels, cell)
                     if len(names) > 1 and axis not in without)


def spoken(value):
    return f"{value:.3g}".replace("-", "−")


def check_sentences(browser, folder):
    """The answers name the numbers, and the cells, that the files hold."""
    said = answers(browser, folder / "head_sweep.html")
    axes, labels, change = read(folder / "head_sweep.h5", "scores", "prob_change")
    for token, name in enumerate(labels[axes.index("token")]):
        of_token = change[..., token]
        first = np.unravel_index(np.argmax(np.abs(of_token)), of_token.shape)
        want = (f"token {name}: largest {spoken(of_token[first])} percentage points at "
                f"{place_of(axes[:-1], labels[:-1], first)}")
        assert want in said["scores"], f"{want}\nis not in\n{said['scores']}"
    _, _, changed = read(folder / "head_sweep.h5", "scores", "top_token_changed")
    want = f"differs from the clean pass: in {int(changed.sum())} of {changed.size}"
    assert want in said["scores"], f"{want}\nis not in\n{said['scores']}"
    with h5py.File(folder / "head_sweep.h5") as file:
        top = file["vocabulary/token"][int(file["clean/top_token"][0])].decode()
    assert f"ost likely token: '{top}'" in said["clean"], said["clean"]

    said = answers(browser, folder / "cosine_ripple.html")
    axes, labels, significant = read(folder / "cosine_ripple.h5", "local_test", "cosine_significant")
    for correction, name in enumerate(labels[-1]):
        want = f"correction {name}: in {int(significant[..., correction].sum())} of {significant[..., correction].size}"
        assert want in said["local_test"], f"{want}\nis not in\n{said['local_test']}"

    said = answers(browser, folder / "indirect_object.html")
    _, _, prob = read(folder / "indirect_object.h5", "clean", "prob")
    want = f"token target: {spoken(prob[:, 0].mean())} percent on average"
    assert want in said["clean"], f"{want}\nis not in\n{said['clean']}"


def check_comparison(browser, page, variables):
    """A page of two runs says the numbers that `compare --json` says; figures stand beside each other, with one scale."""
    said = answers(browser, page)
    checked = 0
    for variable in variables:
        text = said.get(variable["variable"], "")
        if "correlation:" not in text or variable["correlation"] is None or variable["largest_difference"] is None:
            continue
        for number in (variable["correlation"], variable["largest_difference"]):
            assert f"{number:.6g}" in text, f"{number:.6g} is not in\n{text}"
        assert f"{variable['equal']} of {variable['values']} value" in text, text
        assert variable["at"] in text, text
        checked += 1
    assert checked > 3, f"only {checked} variables were compared"
    rows = browser.run("""return [...document.querySelectorAll('.beside')].map(row => [...row.querySelectorAll('figure')].map(
        figure => figure.dataset.name.split(' ')[0] + ' ' + figure.querySelector('figcaption p').textContent.split(';')[0]))""")
    assert rows and all(len(row) == 2 and row[0] == row[1] for row in rows), rows
    scales = browser.run("""return Promise.all([...document.querySelector('.beside').querySelectorAll('figure')].map(
        async figure => JSON.stringify(JSON.parse(await unpacked(figure.dataset.spec))).match(/"domain":[^\\]]*\\]/)[0]))""")
    assert scales[0] == scales[1], scales
    browser.wait_until("return document.querySelector('#tables tbody tr')")
