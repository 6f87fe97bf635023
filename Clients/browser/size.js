// What the modules weigh: node size.js. Counted is what a visitor of the server's page downloads: `gzip -9` of all of src/
// as one module, without comments and indentation (Sources/ApusServer/Web/SDKBundle.swift makes it so).
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Bytes. Who makes it smaller may lower it; nobody raises it. */
const LIMIT = 15 * 1_024;

const ENTRY = "apus.js";
const folder = new URL("src/", import.meta.url);
const modules = new Map();

/** A module's own lines, behind those of what it imports. */
function collect(name) {
    if (modules.has(name)) return;
    const source = readFileSync(new URL(name, folder), "utf8");
    modules.set(name, "");
    for (const [, imported] of source.matchAll(/^(?:import|export) .* from "\.\/(.*)";$/gm)) collect(imported);
    modules.delete(name);
    const code = source.replace(/^ *(\/\*\*((?!\*\/)[^])*\*\/|\/\/.*)\n/gm, "").replace(/^import .*\n|^\s+/gm, "");
    modules.set(name, name === ENTRY ? code : code.replace(/^export /gm, ""));
}

collect(ENTRY);
const size = (left) => gzipSync([...modules].map(([name, code]) => (name === left ? "" : code)).join(""), { level: 9, memLevel: 9 }).length;
const whole = size();
const report = (bytes, what) => console.log(`${String(bytes).padStart(6)}  ${what}`);
for (const name of modules.keys()) report(whole - size(name), name);
report(whole, `bytes as served, of ${LIMIT}`);
if (whole > LIMIT) {
    console.error(`The browser SDK has grown: expected at most ${LIMIT} bytes, got ${whole}.`);
    process.exitCode = 1;
}
