import { TIMES } from "./numbers.js";

/** A refusal by the server, or its absence. Branch on `code`, show `message`. */
export class ApusError extends Error {
    /** @param {import("../types").Problem} problem */
    constructor(problem) {
        super(problem.detail || problem.title || problem.code);
        /** As in Protocol/error-codes.json; `unreachable` where no answer of this protocol came, `discarded`. */
        this.code = problem.code;
        /** The HTTP status; 0 without one. */
        this.status = problem.status ?? 0;
        this.retryable = !!problem.retryable;
        this.problem = problem;
    }
}

/** @param {string} [detail] */
export const unreachable = (detail) => new ApusError({ code: "unreachable", detail, retryable: true });

/** What the ladder makes of it. @param {any} error */
export const endOf = ({ status: code, problem, close }) => {
    if (code) return { status: { code, retry_after_ms: problem.retry_after_ms } };
    return close ? { close } : "lost";
};

/**
 * Milliseconds, five minutes at most: anybody on the way can write this header, and only problems of this protocol may keep
 * the client away for longer.
 */
export const retryAfter = ({ headers }) => Math.min(headers.get("Retry-After") * 1_000, 300_000) || undefined;

/** Without what is undefined. */
export const query = (values = {}) => new URLSearchParams(JSON.parse(JSON.stringify(values)));

/** Requests to one server under one credential: a token, or this origin's cookie. */
export class Http {
    constructor(base, token) {
        this.base = base;
        this.token = token;
    }

    /**
     * An answer of the expected kind, or an `ApusError`. A proxy's page is no answer. Without a `signal`, by which the
     * caller sees to it that this ends, it does so after a while.
     * @returns {Promise<any>} a `Response`, whose `body` TypeScript holds for nullable
     */
    async ask(path, { body, accept = "application/json", signal = Object(AbortSignal).timeout?.(TIMES.silence) }) {
        const { base, token } = this;
        const headers = { Accept: accept };
        if (body) headers["Content-Type"] = "application/json";
        if (token) headers.Authorization = `Bearer ${token}`;
        const response = await fetch(base + path, {
            method: body ? "POST" : "GET", body: body && JSON.stringify(body), headers, signal,
            credentials: token ? "omit" : "same-origin",
        }).catch(({ message }) => {
            throw unreachable(`${path}: ${message}`);
        });
        const { ok, status, headers: told } = response;
        const type = told.get("Content-Type")?.split(";")[0];
        if (ok && type === accept) return response;
        const problem = type === "application/problem+json" && (await response.json().catch(() => undefined));
        const plain = unreachable(`${path}: expected 200 ${accept}, got ${status} ${type}`);
        if (!problem && status !== 429 && status !== 503) throw plain;
        throw new ApusError({ ...plain.problem, retry_after_ms: retryAfter(response), ...problem, status });
    }

    /** The body of an answer. With a body it is a POST. */
    async json(path, body, signal) {
        const response = await this.ask(path, { body, signal });
        return response.json().catch(() => {
            throw unreachable(`${path}: expected JSON, all of it`);
        });
    }
}
