const SENTENCES = {
    idle: "Not connected.", connecting: "Connecting…", suspect: "Checking the connection…", reconnecting: "Reconnecting…",
    offline: "Offline.", needs_credentials: "Please sign in again.", stopped: "Disconnected.", replaced: "Opened elsewhere.",
    forbidden: "You may not connect here.", 403: "You may not connect here.",
};

/**
 * `chat.status` for people, such as "Offline. Next try in 8 s. 2 messages waiting." Apart from the rest, for pages in
 * other languages have sentences of their own.
 * @param {{state: string, waiting: number, nextTry?: number, reason?: string | number}} status
 */
export function sentence({ state, waiting, nextTry = 0, reason }, now = Date.now()) {
    const messages = waiting ? ` ${waiting} message${waiting > 1 ? "s" : ""} waiting.` : "";
    if (state === "live") return waiting ? `Sending…${messages}` : "Connected.";
    // Seconds are rounded up: "in 0 s" would be a promise already broken.
    const next = nextTry > now ? ` Next try in ${Math.ceil((nextTry - now) / 1_000)} s.` : "";
    const text = SENTENCES[reason ?? state] ?? "The server does not accept this app; an update may help.";
    return text + next + messages;
}
