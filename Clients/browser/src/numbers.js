/** The machines' numbers, in milliseconds; docs/client.md gives the reason of each. */
export const TIMES = {
    attempt: 10_000, check: 3_000, silence: 30_000, settled: 10_000, snapshot: 30_000, spacing: 200, sleep: 5_000,
    strikeWindow: 120_000, avoidance: 30_000, longestAvoidance: 1_800_000, workedFor: 604_800_000, failedFor: 1_800_000,
    climbs: [5_000, 25_000, 90_000], laterClimbs: 600_000,
    shortestWait: 1_000, visibleInterval: 2_000, hiddenInterval: 60_000,
};

/** The best one first. */
export const TRANSPORTS = ["websocket", "sse", "long_poll", "short_poll"];

export const isBetter = (left, right) => TRANSPORTS.indexOf(left) < TRANSPORTS.indexOf(right);

/** The span within which to try again after so many failures in a row. */
export const backOff = (failures) => Math.min(20_000, 500 << Math.min(failures, 6));

/** @returns {any} name and content of an input, an action or a frame: a string, or an object with that one key */
export const word = (input) => (typeof input === "string" ? [input] : Object.entries(input)[0]);

/** @returns {any} of times that may be undefined, that is never; comparing with that is false, and all counts on it */
export const earliest = (...times) => {
    const first = Math.min(...times.filter((time) => time !== undefined));
    return first < Infinity ? first : undefined;
};
