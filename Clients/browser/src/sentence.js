import { word } from "./numbers.js";

const SENTENCES = {
    idle: "Not connected.", connecting: "Connecting…", suspect: "Checking the connection…", reconnecting: "Reconnecting…",
    offline: "Offline.", needs_credentials: "Please sign in again.", stopped: "Disconnected.", replaced: "Opened elsewhere.",
    forbidden: "You may not connect here.", 403: "You may not connect here.",
};

/**
 * For people, such as "Offline. Next try in 8 s. 2 messages waiting."
 * @param {import("../types").Status} status @param {number} waiting @param {number} now
 */
export function sentence(status, waiting, now) {
    const [name, content] = word(status);
    const isClosed = name === "closed";
    const messages = waiting ? ` ${waiting} message${waiting > 1 ? "s" : ""} waiting.` : "";
    if (name === "live") return waiting ? `Sending…${messages}` : "Connected.";
    // Seconds are rounded up: "in 0 s" would be a promise already broken.
    const next = content > now && !isClosed ? ` Next try in ${Math.ceil((content - now) / 1_000)} s.` : "";
    const text = SENTENCES[isClosed ? content : name] ?? "The server does not accept this app; an update may help.";
    return text + next + messages;
}
