import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

/** Protocol/ of this repository. */
export const PROTOCOL = new URL("../../../Protocol/", import.meta.url);

const STEP = ["at", "in", "out", "deadline", "says"];
const SCENARIO = ["name", "given", "draws", "steps"];

function onlyKnown(object, names, what) {
    for (const name of Object.keys(object)) assert(names.includes(name), `${what} has an unknown member “${name}”`);
}

/** Every scenario of a folder of vectors. None at all would prove nothing. */
function scenarios(folder) {
    const names = new Set();
    const files = readdirSync(new URL(`vectors/${folder}/`, PROTOCOL)).filter((file) => file.endsWith(".json"));
    assert(files.length > 0, `there is no scenario in ${folder}`);
    return files.flatMap((file) => {
        const list = JSON.parse(readFileSync(new URL(`vectors/${folder}/${file}`, PROTOCOL), "utf8"));
        assert(list.length > 0, `${file} holds no scenario`);
        for (const scenario of list) {
            onlyKnown(scenario, SCENARIO, file);
            assert(!names.has(scenario.name), `two scenarios are named “${scenario.name}”`);
            assert(scenario.steps.length > 0, `“${scenario.name}” has no steps`);
            names.add(scenario.name);
        }
        return list.map((scenario) => ({ file, ...scenario }));
    });
}

/**
 * Runs every scenario of the folder as a test of its own. `inputs` are the words that the machine knows.
 * `make(given, draw)` gives `{handle(input, now) → actions, deadline(), says(waiting, now)}` in the words of the vectors.
 */
export function runScenarios(folder, inputs, make) {
    for (const { file, name, given = {}, draws = [], steps } of scenarios(folder)) {
        test(`${folder}: ${name}`, () => {
            const left = [...draws];
            const machine = make(given, () => {
                assert(left.length > 0, "another random number is wanted than the scenario lists");
                return left.shift();
            });
            for (const [index, step] of steps.entries()) {
                const place = `${file} “${name}”, step ${index + 1} at ${step.at}: ${JSON.stringify(step.in)}`;
                onlyKnown(step, STEP, place);
                const input = typeof step.in === "string" ? step.in : Object.keys(step.in)[0];
                assert(inputs.includes(input), `${place}: the ${folder} has no input “${input}”`);
                const out = machine.handle(step.in, step.at);
                assert.deepEqual(JSON.parse(JSON.stringify(out)), step.out ?? [], place);
                if (step.deadline !== undefined) assert.equal(machine.deadline() ?? null, step.deadline, place);
                if (step.says) assert.equal(machine.says(step.says.waiting, step.at), step.says.text, place);
            }
            assert.equal(left.length, 0, `${left.length} of its random numbers were not drawn`);
        });
    }
}
