// What this browser keeps beside the outbox. A browser may refuse to keep anything, and then nothing is kept.

/** @param {string} name @returns {any} */
export function kept(name) {
    try {
        return JSON.parse(localStorage.getItem(`apus.${name}`) ?? "null") ?? undefined;
    } catch {
        return undefined;
    }
}

/** @param {string} name @param {any} [value] without one, it is kept no longer */
export function keep(name, value) {
    try {
        if (value === undefined) localStorage.removeItem(`apus.${name}`);
        else localStorage.setItem(`apus.${name}`, JSON.stringify(value));
    } catch {
        // Full, or forbidden: the page works without, but who reloads it signs in again.
    }
}
