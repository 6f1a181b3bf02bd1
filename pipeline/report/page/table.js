"use strict";

// RFC 4180: rows of fields.
function parseCsv(text) {
  const rows = [];
  let row = [];
  const field = /("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/g;
  while (field.lastIndex < text.length) {
    const [, value, end] = field.exec(text);
    row.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

// As hookflow spells numbers: 007 and " 7" are texts.
const isNumber = (text) => /^(-?((0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?|inf))?$/.test(text);
const numberOf = (text) => (text === "" ? NaN : Number(text.replace("inf", "Infinity")));
const shortNumber = (text) => (/[.e]/.test(text) ? String(Number(Number(text).toPrecision(6))) : text).replace(/^-/, "−");

/// A table's rows, those that a filter keeps, in the order of a column.
class Rows {
  constructor(csv) {
    [this.names, ...this.all] = parseCsv(csv);
    this.numeric = this.names.map((_, column) => this.all.every((row) => isNumber(row[column])));
    this.shown = this.all;
    this.by = null;
    this.falling = false;
  }

  // Words that must all be in a row, and conditions such as layer=3 or prob_change<-1.
  filter(text) {
    const tests = (text.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => this.test(word.replaceAll('"', "")));
    this.shown = this.all.filter((row) => tests.every((test) => test(row)));
    this.sort();
  }

  test(word) {
    const [, name, sign, value] = /^([^<>=]+)(<=|>=|<|>|=)(.*)$/.exec(word) ?? [];
    const column = this.names.indexOf(name);
    if (column < 0) return (row) => row.some((field) => field.toLowerCase().includes(word.toLowerCase()));
    const wanted = Number(value);
    if (sign === "=") return (row) => row[column].trim() === value.trim() || (this.numeric[column] && numberOf(row[column]) === wanted);
    const compare = {"<": (a) => a < wanted, ">": (a) => a > wanted, "<=": (a) => a <= wanted, ">=": (a) => a >= wanted}[sign];
    return (row) => compare(numberOf(row[column]));
  }

  // Rows without a value come last, whichever way.
  sort() {
    if (this.by === null) return;
    const [column, way] = [this.by, this.falling ? -1 : 1];
    const compare = this.numeric[column] ? (a, b) => way * (numberOf(a) - numberOf(b) || 0) : (a, b) => way * a.localeCompare(b);
    const order = (a, b) => (a === "") - (b === "") || compare(a, b);
    this.shown = [...this.shown].sort((a, b) => order(a[column], b[column]));
  }
}

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

function cell(text, numeric) {
  if (!numeric) return element("td", {textContent: text, dir: "auto"});
  return element("td", {className: "number", textContent: text === "" ? "–" : shortNumber(text), title: text});
}

function show(details, rows) {
  const kFirst = 50;
  const input = element("input", {type: "search", placeholder: `words, or ${rows.names[0]}=${rows.all[0]?.[0] ?? "…"}`});
  const count = element("output");
  const more = element("button", {type: "button", textContent: "all rows"});
  const head = element("tr");
  const body = element("tbody");
  const table = element("table", {}, element("thead", {}, head), body);
  let most = kFirst;

  const fill = () => {
    const some = rows.shown.slice(0, most);
    body.replaceChildren(...some.map((row) => element("tr", {}, ...row.map((text, i) => cell(text, rows.numeric[i])))));
    count.textContent = `${some.length} of ${rows.shown.length} rows`;
    more.hidden = some.length === rows.shown.length;
  };
  rows.names.forEach((name, column) => {
    const button = element("button", {type: "button", textContent: name});
    const header = element("th", {scope: "col", className: rows.numeric[column] ? "number" : ""}, button);
    button.onclick = () => {
      rows.falling = rows.by === column ? !rows.falling : rows.numeric[column];
      rows.by = column;
      for (const other of head.children) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", rows.falling ? "descending" : "ascending");
      rows.sort();
      fill();
    };
    head.append(header);
  });
  input.oninput = () => { rows.filter(input.value); fill(); };
  more.onclick = () => { most = Infinity; fill(); };
  fill();
  const label = element("label", {textContent: "Filter "}, input);
  details.append(element("div", {className: "filter"}, label, count, more), element("div", {className: "scroll", tabIndex: 0}, table));
}

for (const details of document.querySelectorAll("details[data-csv]")) {
  const fill = async () => show(details, new Rows(await unpacked(details.dataset.csv)));
  if (details.open) fill();
  else details.addEventListener("toggle", fill, {once: true});
}
for (const first of [...document.querySelectorAll("#tables details")].slice(0, 1)) first.open = true;
