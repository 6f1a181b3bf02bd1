"use strict";

// The page's blocks hold gzip in base64.
async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function loadLibraries() {
  for (const library of ["vega", "vega-lite", "vega-embed"]) {
    const script = document.createElement("script");
    script.textContent = await unpacked(library);
    document.head.append(script);
  }
}

// What is not data takes the page's colour, light or dark, on the screen or printed.
const ink = "currentColor";
const quiet = {domainColor: ink, tickColor: ink, gridColor: ink, labelColor: ink, titleColor: ink};
const font = getComputedStyle(document.body).fontFamily;
const config = {
  background: "transparent",
  font,
  view: {stroke: null},
  axis: {...quiet, domainOpacity: .4, tickOpacity: .4, gridOpacity: .12, titleFontWeight: "normal"},
  legend: {labelColor: ink, titleColor: ink, titleFontWeight: "normal"},
  header: {labelColor: ink, titleColor: ink, titleFontWeight: "normal"},
  title: {color: ink, subtitleColor: ink},
  text: {color: ink},
  rule: {color: ink},
};

// Where the page is narrow: fewer small figures beside each other, narrower ones, and legends below them. What is as wide
// as its labels need is scrolled.
function fitted(spec, room) {
  const fit = structuredClone(spec);
  const panel = fit.spec ?? fit;
  if (fit.columns) fit.columns = Math.max(1, Math.min(fit.columns, Math.floor(room / 280)));
  const square = panel.height === panel.width;
  if (typeof panel.width === "number") panel.width = Math.max(160, Math.min(panel.width, room - 100));
  if (square) panel.height = panel.width;
  if (room < 560) fit.config = {...fit.config, legend: {...fit.config?.legend, orient: "bottom"}};
  return fit;
}

// A saved picture stands alone: with its title, and dark on white wherever it is looked at. Choices are kept.
async function picture(spec, view, ending) {
  const params = spec.params?.map((param) => ({...param, value: view.signal(param.name)}));
  const alone = await vegaEmbed(document.createElement("div"), params ? {...spec, params} : spec, {
    config: {background: "white", font}, ast: true, renderer: "none", actions: false});
  const url = await alone.view.toImageURL(ending, ending === "png" ? 2 : 1);
  alone.finalize();
  return url;
}

function saveAlone(figure, spec, view) {
  for (const link of figure.querySelectorAll(".vega-actions a")) {
    const ending = link.download.split(".").pop();
    link.addEventListener("mousedown", (event) => event.stopImmediatePropagation(), true);
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      const save = Object.assign(document.createElement("a"), {download: link.download});
      save.href = await picture(spec, view, ending);
      save.click();
    });
  }
}

async function draw(figure) {
  const drawing = figure.querySelector(".drawing");
  try {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const spec = JSON.parse(await unpacked(figure.dataset.spec));
    const {title, ...untitled} = spec; // the caption has it
    const {view} = await vegaEmbed(drawing, fitted(untitled, figure.parentElement.clientWidth), {
      config,
      ast: true, // no expression is ever run as a script
      renderer: "large" in figure.dataset ? "canvas" : "svg",
      tooltip: {theme: dark ? "dark" : "light"},
      actions: {export: true, source: false, compiled: false, editor: false},
      downloadFileName: figure.dataset.name,
    });
    saveAlone(figure, spec, view);
    figure.dataset.drawn = "";
  } catch (error) {
    drawing.textContent = `This figure cannot be drawn: ${error.message}`;
    console.error(error);
  }
}

// Those that are seen first, then the rest, so that all are there when the page is printed.
async function drawAll() {
  const waiting = new Set(document.querySelectorAll("figure[data-spec]"));
  const inSight = (figure) => figure.getBoundingClientRect().top < 2 * innerHeight && figure.getBoundingClientRect().bottom > 0;
  if (waiting.size > 0) await loadLibraries();
  while (waiting.size > 0) {
    const next = [...waiting].find(inSight) ?? waiting.values().next().value;
    waiting.delete(next);
    await draw(next);
    await new Promise((resolve) => setTimeout(resolve));
  }
  document.documentElement.dataset.drawn = "";
}

drawAll();
