import { endOf, query, retryAfter, unreachable } from "./http.js";
import { word } from "./numbers.js";

/** A browser can set no header on a WebSocket, and a token does not belong into a URL: a ticket does, once. */
export function webSocket(http, hooks) {
    let socket;
    const leaving = new AbortController();
    return {
        isSocket: true,
        async open() {
            const asked = query(hooks.query());
            if (http.token) {
                const { ticket } = await http.json("/v1/tickets", {}, leaving.signal).catch((error) => {
                    // Anything but a refusal of the user is a server that hands out no tickets.
                    throw error.status === 401 || error.retryable ? error : unreachable("no ticket");
                });
                asked.set("ticket", ticket);
            }
            if (leaving.signal.aborted) return;
            socket = new WebSocket(`${http.base.replace(/^http/, "ws")}/v1/stream?${asked}`, "apus.v1");
            socket.onopen = () => hooks.tell("opened");
            socket.onmessage = ({ data }) => take(hooks, data);
            socket.onclose = ({ code }) => hooks.ended(code === 1005 || code === 1006 ? "lost" : { close: code });
        },
        send(frame) {
            if (socket?.readyState === 1) socket.send(JSON.stringify(frame));
        },
        close() {
            leaving.abort();
            if (!socket) return;
            socket.onopen = socket.onmessage = socket.onclose = null;
            socket.close();
        },
    };
}

export function eventStream(http, hooks) {
    const leaving = new AbortController();
    const { signal } = leaving;
    return {
        async open() {
            const response = await http.ask(`/v1/stream?${query(hooks.query())}`, { accept: "text/event-stream", signal });
            if (!response.body) throw unreachable("no streamed answers here");
            hooks.tell("opened");
            const reader = response.body.getReader();
            const decoder = new TextDecoder();
            let rest = "";
            for (;;) {
                const { value, done } = await reader.read();
                if (done) return hooks.ended("lost");
                hooks.tell("heard");
                const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
                rest = blocks.pop() ?? "";
                for (const block of blocks) {
                    const [, name] = /^event: ?(.*)$/m.exec(block) ?? [];
                    const [, data] = /^data: ?(.*)$/m.exec(block) ?? [];
                    if (name && data && !signal.aborted) take(hooks, `{${JSON.stringify(name)}:${data}}`);
                }
            }
        },
        close: () => leaving.abort(),
    };
}

/** Asks by POST: the address stays the same, so one CORS preflight serves for all questions. */
export function polling(http, hooks) {
    let asking = new AbortController();
    const poll = async (wait) => {
        asking.abort();
        const { signal } = (asking = new AbortController());
        try {
            const response = await http.ask("/v1/stream", { body: { ...hooks.query(), wait }, signal });
            const body = await response.json();
            if (!signal.aborted) hooks.polled(body, retryAfter(response));
        } catch (error) {
            if (signal.aborted) return;
            if (error.code === "reset") hooks.frame("reset", error.problem);
            else hooks.ended(endOf(error));
        }
    };
    return { open: () => poll(0), poll, close: () => asking.abort() };
}

/** What is no frame is not from this server. */
function take(hooks, text) {
    let frame;
    try {
        frame = word(JSON.parse(text));
    } catch {
        return hooks.ended("lost");
    }
    hooks.frame(...frame);
}
