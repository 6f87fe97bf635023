import { keep, kept } from "./kept.js";
import en from "./strings/en.js";
import zhHant from "./strings/zh-Hant.js";

const TABLES = { en, "zh-Hant": zhHant };

/** By what each calls itself. */
export const LANGUAGES = { en: "English", "zh-Hant": "繁體中文" };

const wished = () => (navigator.languages ?? [navigator.language]).find((one) => /^(en|zh)\b/i.test(one)) ?? "en";

/** @type {keyof typeof LANGUAGES} */
export const language = LANGUAGES[kept("language")] ? kept("language") : /^zh/i.test(wished()) ? "zh-Hant" : "en";

/** Everything that the page says, in the reader's language. */
export const words = TABLES[language];

/** What is on its way and what was begun stays: the outbox and the drafts outlive the page. */
export function speak(other) {
    keep("language", other);
    location.reload();
}

/**
 * What a refusal says: in the reader's language where it is a common one, else as the server puts it.
 * @param {{code?: string, detail?: string, message?: string}} error
 */
export const refusal = ({ code, detail, message }) => words.refusals[code ?? ""] ?? detail ?? message
    ?? words.refusals.unreachable;
