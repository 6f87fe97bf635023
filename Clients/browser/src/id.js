/** Its time, then 96 random bits. `crypto.randomUUID` is missing on plain HTTP. */
export const newID = () => [Date.now(), ...crypto.getRandomValues(new Uint32Array(3))].join("-");

/** Tells a text from others and does not give it away. */
export const digest = (text) => [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16777619), 7);
