/** Its time, then 96 random bits. `crypto.randomUUID` is missing on plain HTTP. */
export const newID = () => [Date.now(), ...crypto.getRandomValues(new Uint32Array(3))].join("-");
