import { ask, askAll } from "./api.js";
import { copy, dialog, menu } from "./dialog.js";
import { fill, h, icon } from "./h.js";
import { refusal, words } from "./words.js";

/** @typedef {import("./app.js").App} App */

/** @param {App} app */
export function openAdding(app) {
    menu(words.addRoom, [
        { text: words.newDirect, act: () => newDirect(app) },
        { text: words.browseRooms, act: () => browse(app) },
        { text: words.newRoom, act: () => newRoom(app) },
        app.isAdmin && { text: words.invitePeople, act: () => invite() },
    ]);
}

/** @param {App} app */
function newRoom(app) {
    const trouble = h("p", { class: "trouble", role: "alert" });
    const slug = h("input", { name: "room", maxlength: 64, pattern: "[a-z0-9_\\-]{2,64}", required: true,
        autocapitalize: "none", spellcheck: "false" });
    let isOwn = false;
    slug.addEventListener("input", () => (isOwn = slug.value !== ""));
    const address = h("label", { class: "field" }, h("span", { class: "label" }, words.roomAddress), slug,
        h("span", { class: "hint" }, words.roomAddressHint));
    const kind = (value, name, hint, checked) => h("label", { class: "choice" },
        h("input", { type: "radio", name: "kind", value, checked, onchange: () => {
            address.hidden = value === "private";
            slug.disabled = value === "private";
        } }), h("span", null, h("b", null, name), h("small", null, hint)));
    dialog(words.newRoom, (close) => h("form", {
        onsubmit: async (event) => {
            event.preventDefault();
            const { kind: which, name, room, topic } = /** @type {any} */ (Object.fromEntries(new FormData(event.target)));
            const fields = { kind: which, name: name.trim(), ...(topic.trim() && { topic: topic.trim() }),
                ...(which === "public" && { room }) };
            const made = await app.run("room.create", fields, trouble);
            if (!made) return;
            close();
            app.go(made.room);
        },
    },
        h("label", { class: "field" }, h("span", { class: "label" }, words.roomName), h("input", {
            name: "name", required: true, maxlength: 100, autofocus: true, autocomplete: "off",
            oninput: ({ target }) => !isOwn && (slug.value = slugOf(target.value)),
        })),
        h("fieldset", null, kind("public", words.publicRoom, words.publicRoomHint, true),
            kind("private", words.privateRoom, words.privateRoomHint, false)),
        address,
        h("label", { class: "field" }, h("span", { class: "label" }, words.topic, " ",
            h("small", null, `(${words.optional})`)),
            h("input", { name: "topic", maxlength: 1000, autocomplete: "off" })),
        trouble, h("div", { class: "buttons" }, h("button", { type: "button", onclick: close }, words.cancel),
            h("button", { class: "primary" }, words.create))));
}

const slugOf = (name) => name.toLowerCase().normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9_]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 64);

/** @param {App} app */
export function browse(app) {
    const list = h("ul", { class: "entries" }, h("li", { class: "hint" }, words.loading));
    dialog(words.browseRooms, (close) => {
        askAll("/v1/rooms", "rooms", ({ room }) => room).then((rooms) => {
            const enter = async ({ room, member }) => {
                if (!member && !(await app.run("room.join", { room }))) return;
                close();
                app.go(room);
            };
            fill(list, rooms.length ? rooms.map((room) => h("li", null, icon("hash"),
                h("span", { class: "entry-main" }, h("b", { dir: "auto", class: "name" }, room.name),
                    h("small", null, words.members(room.members),
                    room.topic && [" · ", h("span", { dir: "auto", class: "name" }, room.topic)])),
                h("button", { type: "button", class: room.member ? "" : "primary", onclick: () => enter(room) },
                    room.member ? words.open : words.join)))
                : h("li", { class: "hint" }, words.noPublicRooms));
        }, (error) => fill(list, h("li", { class: "trouble" }, refusal(error))));
        return list;
    });
}

/** Picks people out of those one knows. @param {App} app @param {Set<string>} except */
export function picker(app, except) {
    const people = [...app.chat.users.values()].filter(({ id }) => !except.has(id))
        .sort((a, b) => a.display_name.localeCompare(b.display_name));
    return people.length ? h("ul", { class: "people pick" },
        people.map(({ id, name, display_name: shown }) => h("li", null, h("label", null,
        h("input", { type: "checkbox", name: "user", value: id }), app.people.avatar(id),
        h("span", { class: "name", dir: "auto" }, shown, shown !== name && h("small", null, ` @${name}`)),
            app.people.dot(id)))))
        : h("p", { class: "hint" }, words.noOneElse);
}

/** @param {App} app */
export function newDirect(app) {
    const trouble = h("p", { class: "trouble", role: "alert" });
    dialog(words.newDirect, (close) => h("form", {
        onsubmit: async (event) => {
            event.preventDefault();
            const users = new FormData(event.target).getAll("user");
            const made = users.length > 0 && (await app.run("room.direct", { users }, trouble));
            if (!made) return;
            close();
            app.go(made.room);
        },
    }, h("p", { class: "hint" }, words.pickPeople), picker(app, new Set([app.me])), trouble,
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: close }, words.cancel),
        h("button", { class: "primary" }, words.startChat))));
}

/** A link that makes accounts. */
export function invite(closed = () => {}) {
    const place = h("div", { class: "invite" }, words.loading);
    dialog(words.inviteTitle, () => h("div", null, h("p", null, words.inviteText), place), { closed });
    ask("POST", "/v1/invites", { expires_in: 7 * 86_400 }).then(({ secret }) => {
        const link = `${location.origin}/#invite=${encodeURIComponent(secret)}`;
        fill(place, h("input", { readonly: true, "aria-label": words.inviteTitle,
            onfocus: ({ target }) => target.select() }),
            h("button", { type: "button", class: "primary", onclick: () => copy(link) }, words.copyLink));
        place.querySelector("input").value = link;
        place.querySelector("button").focus();
    }, (error) => fill(place, h("p", { class: "trouble" }, refusal(error))));
}
