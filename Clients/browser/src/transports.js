import { query, retryAfter, unreachable } from "./http.js";
import { word } from "./numbers.js";
import { Tabs } from "./tabs.js";

/** A browser can set no header on a WebSocket, and a token does not belong into a URL: a ticket does, once. */
function websocket(http, hooks) {
    let socket;
    const leaving = new AbortController();
    return {
        isSocket: true,
        async open() {
            const asked = query(hooks.query());
            if (http.token) {
                const { ticket } = await http.json("/v1/tickets", {}, leaving.signal).catch((error) => {
                    // Anything but a refusal of the user is a server that hands out no tickets.
                    throw error.status === 401 || error.retryable ? error : unreachable();
                });
                asked.set("ticket", ticket);
            }
            if (leaving.signal.aborted) return;
            socket = new WebSocket(`${http.base.replace(/^http/, "ws")}/v1/stream?${asked}`, "apus.v1");
            socket.onopen = () => hooks.tell("opened");
            socket.onclose = ({ code }) => hooks.ended({ close: code });
            socket.onmessage = ({ data }) => {
                try {
                    data = JSON.parse(data);
                } catch {
                    // Something on the way spoils what it carries, and closes nothing: that is this side's to do.
                    hooks.ended({ close: 1002 });
                    return socket.close();
                }
                hooks.frame(...(word(Object(data)) ?? []));
            };
        },
        send(frame) {
            if (socket?.readyState === 1) socket.send(JSON.stringify(frame));
        },
        close() {
            leaving.abort();
            socket?.close();
        },
    };
}

/** Each tab for itself has no request that stays open: a browser has six connections for all of them. */
const alone = () => {
    if (!Tabs.canShare) throw unreachable();
};

function sse(http, hooks) {
    const leaving = new AbortController();
    const { signal } = leaving;
    return {
        async open() {
            alone();
            const response = await http.ask(`/v1/stream?${query(hooks.query())}`, { accept: "text/event-stream", signal });
            hooks.tell("opened");
            // Where answers cannot be streamed, this fails, and something else is tried.
            const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
            let rest = "";
            for (;;) {
                const { value, done } = await reader.read();
                if (done) return hooks.ended({});
                hooks.tell("heard");
                const blocks = (rest + value).split("\n\n");
                rest = blocks.pop() ?? "";
                for (const block of blocks) {
                    const { event, data } = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/)));
                    if (data) hooks.frame(event, JSON.parse(data));
                }
            }
        },
        close: () => leaving.abort(),
    };
}

/** Asks by POST: the address stays the same, so one CORS preflight serves for all questions. */
function long_poll(http, hooks) {
    let asking = new AbortController();
    const poll = async (wait) => {
        asking.abort();
        const { signal } = (asking = new AbortController());
        try {
            if (wait) alone();
            const response = await http.ask("/v1/stream", { body: { ...hooks.query(), wait }, signal });
            const body = await response.json();
            if (!signal.aborted) hooks.polled(body, retryAfter(response));
        } catch (error) {
            if (signal.aborted) return;
            if (error.code === "reset") hooks.frame("reset", error.problem);
            else hooks.ended(error);
        }
    };
    return { open: () => poll(0), poll, close: () => asking.abort() };
}

/** By their names. @type {{[transport: string]: Function}} */
export const openers = { websocket, sse, long_poll, short_poll: long_poll };
