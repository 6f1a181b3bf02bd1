// Draws: a Vega-Lite specification on stdin becomes SVG on stdout. The arguments are vega.min.js and vega-lite.min.js,
// which are run as a browser runs them, so that node alone is needed and no packages.
import {readFileSync, writeSync} from "node:fs";
import vm from "node:vm";

const page = {console, setTimeout, clearTimeout, structuredClone, performance, URL, TextDecoder, TextEncoder};
page.self = page.globalThis = page;
vm.createContext(page);
for (const library of process.argv.slice(1)) vm.runInContext(readFileSync(library, "utf8"), page, {filename: library});

const spec = JSON.parse(readFileSync(0, "utf8"));
const config = {background: "white", font: "sans-serif"};
const {spec: compiled} = page.vegaLite.compile(spec, {config});
const svg = await new page.vega.View(page.vega.parse(compiled), {renderer: "none"}).toSVG();
for (let bytes = Buffer.from(svg), at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
