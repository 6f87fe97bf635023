/** How often to look whether the tabs' visibility has changed, or the device has slept. */
const TURN = 1_000;
const SLEPT = 5_000;

/** Hands on what happens to the page; the function that comes back ends that. */
export function watchPage(session) {
    const { tabs } = session;
    let wasVisible = true;
    let turnAt = Date.now();
    let rests = false;
    const look = () => {
        const slept = Date.now() - turnAt > TURN + SLEPT;
        turnAt = Date.now();
        if (session.isVisible !== wasVisible) session.climb((wasVisible = !wasVisible) ? "visible" : "hidden");
        // Timers of hidden pages are late without any sleep.
        if (slept && !document.hidden) session.climb("woke");
    };
    const turn = () => {
        look();
        tabs.say(session.ping);
    };
    // Frozen or in the back/forward cache, a page holds no connection, and another tab may lead.
    const rest = () => {
        rests = true;
        tabs.leave();
    };
    const wake = () => {
        if (!rests) return;
        rests = false;
        session.leader = undefined;
        tabs.join();
    };
    const { connection } = /** @type {any} */ (navigator);
    const watched = [
        [document, { visibilitychange: turn, freeze: rest, resume: wake }],
        [window, {
            pagehide: rest, pageshow: wake,
            offline: () => session.climb("offline"), online: () => session.climb("online"),
        }],
        [connection, { change: () => session.climb("network_changed") }],
    ];
    const all = (verb) => {
        for (const [target, listeners] of watched) {
            for (const type in listeners) target?.[verb](type, listeners[type]);
        }
    };
    all("addEventListener");
    const timer = setInterval(look, TURN);
    return () => {
        clearInterval(timer);
        all("removeEventListener");
    };
}
