// How attempts end, and what follows. A refusal is never held against the transport that brought it.
/** Final ones by their reason. From 4400 the codes are Apus's own: what is not here means to come back later. */
const FINAL = {
    1000: "normal", 1007: "invalid_utf8", 1008: "policy_violation", 1009: "message_too_big", 4400: "bad_frame",
    4403: "forbidden", 4410: "replaced",
};
/** What else HTTP's and WebSocket's codes ask for, and in `bye` the names of what is more than a refusal. */
const CODES = {
    401: "credentials", 408: "later", 410: "reset", 429: "later",
    1001: "later", 1002: "distrust", 4401: "credentials", 4408: "failure", 4409: "reset",
    protocol_error: "distrust", unauthorized: "credentials", no_sign_of_life: "failure", reset: "reset",
};

/** @param {any} end @returns {any} */
export function verdictOf(end) {
    const { close, status } = end;
    const { code = status, retry_after_ms: retryAfter } = Object(status);
    if (code) return { what: CODES[code] ?? (code < 500 ? "final" : "later"), reason: code, retryAfter };
    const reason = FINAL[close];
    return { what: reason ? "final" : CODES[close] ?? (close >= 4400 ? "later" : "failure"), reason };
}

/** @returns {any} */
export function verdictOfBye({ code: reason, reconnect, spread_ms: span }) {
    return { what: CODES[reason] ?? (reconnect ? "later" : "final"), reason, span };
}
