/** How long a browser may take to open its database; some have been seen never to answer. */
const PATIENCE = 2_000;
const SHELVES = ["outbox", "state"];

/** @returns {Promise<IDBDatabase>} */
const open = (name) =>
    new Promise((resolve, reject) => {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => SHELVES.forEach((shelf) => request.result.createObjectStore(shelf));
        request.onsuccess = () => resolve(request.result);
        request.onerror = reject;
        setTimeout(reject, PATIENCE);
    });

/** In IndexedDB, and in memory too, which is all there is where the database is missing, full, or gone in the middle. */
export class Store {
    constructor(name) {
        this.memory = { outbox: new Map(), state: new Map() };
        this.database = open(name).catch(() => undefined);
    }

    /** What the requests gave, once it is on the disk; undefined without a database. */
    async run(mode, work) {
        try {
            const transaction = (await this.database)?.transaction(SHELVES, mode);
            if (!transaction) return undefined;
            const requests = work((shelf) => transaction.objectStore(shelf));
            await new Promise((resolve, reject) => {
                transaction.oncomplete = resolve;
                transaction.onabort = reject;
            });
            return requests.map(({ result }) => result);
        } catch {
            this.database = Promise.resolve(undefined);
        }
    }

    /** @param {any} [value] without one, nothing is kept under this key any more */
    put(shelf, key, value) {
        if (value) this.memory[shelf].set(key, value);
        else this.memory[shelf].delete(key);
        return this.run("readwrite", (at) => [value ? at(shelf).put(value, key) : at(shelf).delete(key)]);
    }

    async get(key) {
        const [value] = (await this.run("readonly", (at) => [at("state").get(key)])) ?? [this.memory.state.get(key)];
        return value;
    }

    async entries() {
        const { outbox } = this.memory;
        const [entries] = (await this.run("readonly", (at) => [at("outbox").getAll()])) ?? [[]];
        for (const entry of entries) outbox.set(entry.command.id, entry);
        return [...outbox.values()];
    }

    /** Which of these are still to be sent, and by this tab. Waits for what was put before. */
    async kept(tab, ids) {
        const found = await this.run("readonly", (at) => [at("state").get("lease"), at("outbox").getAllKeys()]);
        if (!found) return ids;
        const [lease, keys] = found;
        return lease === tab ? ids.filter((id) => keys.includes(id)) : [];
    }
}
