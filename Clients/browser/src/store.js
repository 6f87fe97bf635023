/** How long a browser may take to open its database; some have been seen never to answer. */
const OPENING = 2_000;

/** @returns {Promise<IDBDatabase>} */
const open = (name) =>
    new Promise((resolve, reject) => {
        const request = indexedDB.open(name, 2);
        request.onupgradeneeded = () => request.result.createObjectStore("all");
        request.onsuccess = () => {
            resolve(request.result);
            // Somebody deletes it, or a newer page changes it, and waits for this.
            request.result.onversionchange = () => request.result.close();
        };
        request.onerror = reject;
        setTimeout(reject, OPENING);
    });

/** In IndexedDB, under its id, each entry of the outbox, and as `memory` the ladder's, as `lease` the leading tab. */
export class Store {
    constructor(name) {
        this.open = () => open(name).catch(() => undefined);
        /** @type {Promise<IDBDatabase | undefined> | undefined} */
        this.database = this.open();
    }

    /** What the requests gave, once it is on the disk; undefined where the database is missing, full or gone. */
    async run(mode, work, again = true) {
        const { database } = this;
        try {
            const transaction = (await database)?.transaction("all", mode);
            if (!transaction) return undefined;
            const requests = work(transaction.objectStore("all"));
            // Now, and not in a while: then a page that goes away at once does not take it along.
            transaction.commit?.();
            await new Promise((resolve, reject) => {
                transaction.oncomplete = resolve;
                transaction.onabort = reject;
            });
            return requests.map(({ result }) => result);
        } catch {
            // Browsers close it, as where somebody clears what sites have kept. Once more, with a new one.
            if (this.database === database) this.database = again ? this.open() : undefined;
            return again && this.run(mode, work, false);
        }
    }

    /** @param {any} [value] without one, nothing is kept under this key any more */
    put(key, value) {
        return this.run("readwrite", (shelf) => [value ? shelf.put(value, key) : shelf.delete(key)]);
    }

    /** All that was put before, by whatever tab. @returns {Promise<Map<string, any> | undefined>} */
    async all() {
        const [keys, values] = (await this.run("readonly", (shelf) => [shelf.getAllKeys(), shelf.getAll()])) ?? [];
        return keys && new Map(keys.map((key, index) => [key, values[index]]));
    }
}
