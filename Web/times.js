import { language } from "./words.js";

const format = (options) => new Intl.DateTimeFormat(language, options);
const CLOCK = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const FULL = format({ dateStyle: "full", timeStyle: "medium" });
const DAY = format({ weekday: "long", month: "long", day: "numeric" });
const DAY_OF_YEAR = format({ year: "numeric", month: "long", day: "numeric" });
const SHORT = format({ month: "short", day: "numeric" });
const RELATIVE = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
const daysAgo = (date) => Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
/** In scripts with capitals a heading begins with one. */
const capital = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

/** One per calendar day where the reader is. @param {string} at */
export const dayOf = (at) => midnight(new Date(at));

/** @param {string} at */
export const clock = (at) => CLOCK.format(new Date(at));

/** @param {string} at */
export const fullTime = (at) => FULL.format(new Date(at));

/** "Today", "Yesterday", "Monday, 23 November"; the year where it is another. @param {string} at */
export function dayName(at) {
    const date = new Date(at);
    const ago = daysAgo(date);
    if (ago <= 1) return capital(RELATIVE.format(-ago, "day"));
    return (date.getFullYear() === new Date().getFullYear() ? DAY : DAY_OF_YEAR).format(date);
}

/** For lists: the time today, the day before that. @param {string} at */
export const briefTime = (at) => (daysAgo(new Date(at)) ? SHORT.format(new Date(at)) : clock(at));
