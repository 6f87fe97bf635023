/** How often to look at the other tabs and at the clock, and what is late: for a timer, and for a device that slept. */
const TURN = 500;
const LATE = 1_000;
const SLEPT = 5_000;

/** Hands on what happens to the page; the function that comes back ends that. */
export function watchPage(session) {
    const { tabs } = session;
    let wasVisible = true;
    let turnAt = Date.now();
    const turn = () => {
        const late = Date.now() - turnAt - TURN;
        turnAt += late + TURN;
        if (session.isVisible !== wasVisible) session.climb((wasVisible = !wasVisible) ? "visible" : "hidden");
        // Timers of hidden pages are late without any sleep.
        if (late > SLEPT && !document.hidden) session.climb("woke");
        tabs.turn(late > LATE);
    };
    const seen = () => {
        turn();
        tabs.ask();
    };
    // Frozen or in the back/forward cache, a page holds no connection, and another tab may lead.
    const rest = () => tabs.leave();
    const wake = () => tabs.join();
    /** @type {any[]} */
    const watched = [
        [document, { visibilitychange: seen, freeze: rest, resume: wake }],
        [window, {
            pagehide: rest, pageshow: wake,
            offline: () => session.climb("offline"), online: () => session.climb("online"),
        }],
        [navigator.connection, { change: () => session.climb("network_changed") }],
    ];
    const leaving = new AbortController();
    const { signal } = leaving;
    for (const [target, listeners] of watched) {
        for (const type in listeners) target?.addEventListener(type, listeners[type], { signal });
    }
    const timer = setInterval(turn, TURN);
    return () => {
        clearInterval(timer);
        leaving.abort();
    };
}
