/** A refusal: `code` to branch on, `detail` for people. */
export class Refusal extends Error {
    constructor({ code = "unreachable", detail = "" }) {
        super(detail || code);
        this.code = code;
        this.detail = detail;
    }
}

/**
 * One request by this page's cookie: what makes credentials, and lists that the SDK has no part in.
 * @param {string} method @param {string} path @param {object} [body]
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = body ? { "Content-Type": "application/json" } : {};
    const response = await fetch(path, { method, headers, body: body && JSON.stringify(body),
        cache: "no-store" }).catch(() => {
        throw new Refusal({});
    });
    if (response.status === 204) return {};
    const type = response.headers.get("Content-Type") ?? "";
    const content = type.includes("json") ? await response.json().catch(() => ({})) : {};
    if (!response.ok || !type.includes("json")) throw new Refusal(content);
    return content;
}

/** All pages of a list. @param {string} path @param {string} list @param {(entry: any) => string} key */
export async function askAll(path, list, key) {
    const found = [];
    for (;;) {
        const after = found.length ? `&after=${encodeURIComponent(key(found[found.length - 1]))}` : "";
        const page = await ask("GET", `${path}?limit=1000${after}`);
        found.push(...page[list]);
        if (!page.more || !page[list].length) return found;
    }
}
