import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);

/** A browser that does not know a piece of syntax reads nothing of the module: no page, instead of a lesser one. */
test("no module needs what Safari learnt in 2023", () => {
    for (const folder of ["Web/", "Clients/browser/", "Clients/browser/src/"]) {
        for (const name of readdirSync(new URL(folder, ROOT)).filter((one) => one.endsWith(".js"))) {
            const source = readFileSync(new URL(folder + name, ROOT), "utf8");
            assert.doesNotMatch(source, /\(\?<[=!]/, `${folder}${name} looks behind in a regular expression`);
        }
    }
});
