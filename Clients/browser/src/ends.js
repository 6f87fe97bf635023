// How attempts end, and what follows. A refusal is never held against the transport that brought it.
import { fail, remove, wait } from "./race.js";

/** Held against Protocol/error-codes.json by a test. */
export const CLOSES = {
    1000: ["normal", "final"], 1001: ["going_away", "later"], 1002: ["protocol_error", "distrust"],
    1007: ["invalid_utf8", "final"], 1008: ["policy_violation", "final"], 1009: ["message_too_big", "final"],
    4400: ["bad_frame", "final"], 4401: ["unauthorized", "credentials"], 4403: ["forbidden", "final"],
    4408: ["no_sign_of_life", "failure"], 4409: ["reset", "reset"], 4410: ["replaced", "final"],
    4429: ["too_much", "later"], 4503: ["draining", "later"],
};

/** @param {import("../types").End} end @returns {any} */
export function verdictOf(end) {
    if (end === "lost") return { what: "failure" };
    const [name, content] = Object.entries(end)[0];
    if (name === "close") {
        // From 4400 the codes are Apus's own, so a later server's word.
        const [reason, what] = CLOSES[content] ?? ["", content >= 4400 ? "later" : "failure"];
        return { what, reason };
    }
    const { code: reason = content, retry_after_ms: retryAfter } = Object(content);
    if (reason === 401) return { what: "credentials" };
    if (reason === 410) return { what: "reset" };
    return { what: [408, 429].includes(reason) || reason >= 500 ? "later" : "final", reason, retryAfter };
}

/** @returns {any} */
export function verdictOfBye({ code: reason, reconnect, spread_ms: span }) {
    const known = Object.values(CLOSES).find(([name]) => name === reason);
    return { what: known?.[1] ?? (reconnect ? "later" : "final"), reason, span };
}

export function follow(ladder, { what, reason, span, retryAfter }, attempt) {
    const { phase, now, record, carrier } = ladder;
    if (what === "distrust" && attempt) {
        attempt.isExcused = true;
        record.distrust(attempt.transport);
        ladder.actions.push(record.remember);
    }
    if (what === "failure" || what === "distrust") return fail(ladder, attempt);
    remove(ladder, attempt);
    if (what === "later") {
        if (!carrier || carrier === attempt) return wait(ladder, span, retryAfter);
        // A probe was refused; what carries is not touched.
        if (retryAfter && phase.climbAt) phase.climbAt = Math.max(phase.climbAt, now + retryAfter);
    } else if (what === "reset") ladder.reset(attempt, { spread_ms: 0 });
    else if (what === "credentials") ladder.finish({ name: "needs_credentials" });
    else ladder.finish({ name: "closed", reason });
}
