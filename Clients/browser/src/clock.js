/**
 * Milliseconds from its making. It never goes back and counts on through sleep, which `performance.now()` does not do
 * everywhere and `Date.now()` does.
 */
export function clock() {
    let [wall, fine, time] = [Date.now(), performance.now(), 0];
    return () => {
        const [before, fineBefore] = [wall, fine];
        [wall, fine] = [Date.now(), performance.now()];
        time += Math.max(wall - before, fine - fineBefore);
        return Math.floor(time);
    };
}
