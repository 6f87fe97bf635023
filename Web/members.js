import { picker } from "./adding.js";
import { askAll } from "./api.js";
import { confirm, dialog, menu } from "./dialog.js";
import { fill, h, iconButton } from "./h.js";
import { openSettings } from "./settings.js";
import { refusal, words } from "./words.js";

/**
 * Who is in a room; adding to it, leaving it; and who governs it decides on the others.
 * @param {import("./app.js").App} app @param {any} room
 */
export function openMembers(app, room) {
    const list = h("ul", { class: "people" }, h("li", { class: "hint" }, words.loading));
    const trouble = h("p", { class: "trouble", role: "alert" });
    const present = new Set();
    const governs = room.kind !== "direct" && !room.archived && app.governs(room);
    /** @param {string} [focused] whose row had the focus */
    const load = async (focused) => {
        try {
            const path = `/v1/rooms/${encodeURIComponent(room.room)}/members`;
            const members = await askAll(path, "members", ({ id }) => id);
            present.clear();
            for (const { id } of members) present.add(id);
            fill(list, members.map((member) =>
                rowOf(app, member, governs && member.id !== app.me && (() => decide(member)))));
            if (focused) (list.querySelector(`[data-user="${focused}"] button`) ?? list.closest("dialog"))?.focus();
        } catch (error) {
            fill(list, h("li", { class: "trouble" }, refusal(error)));
        }
    };
    const run = async (op, user, fields = {}) => {
        if (await app.run(op, { room: room.room, user, ...fields }, trouble)) await load(user);
    };
    const decide = ({ id, display_name: shown, role }) => menu(words.memberActions(shown), [
        role === "admin" ? { text: words.makeMember, act: () => run("member.role", id, { role: "member" }) }
            : { text: words.makeAdmin, act: () => run("member.role", id, { role: "admin" }) },
        { text: words.removeMember, danger: true, act: () => confirm(words.removeMemberSure(shown), words.removeMember,
            () => run("member.remove", id)) },
    ]);
    void load();
    dialog(words.people, (close) => {
        const then = (act) => () => {
            close();
            act();
        };
        const mayAdd = !room.archived && (room.kind === "public" || (room.kind === "private" && room.role === "admin"));
        return h("div", null, list, trouble, h("div", { class: "buttons" },
            room.kind !== "direct" && h("button", {
                type: "button", class: "danger", onclick: async () => {
                    if (!(await app.run("room.leave", { room: room.room }, trouble))) return;
                    close();
                    app.go(undefined);
                },
            }, words.leaveRoom),
            h("button", { type: "button", onclick: then(() => openSettings(app, room)) }, words.roomSettings),
            mayAdd && h("button", { type: "button", class: "primary", onclick: then(() => add(app, room, present)) },
                words.addPeople)));
    });
}

function rowOf(app, { id, name, display_name: shown, role }, decide) {
    return h("li", { dataset: { user: id } }, app.people.avatar(id),
        h("span", { class: "name", dir: "auto" }, shown, shown !== name && h("small", null, ` @${name}`)),
        id === app.me && h("small", { class: "you" }, `(${words.you})`),
        role === "admin" && h("small", { class: "role" }, words.admin), app.people.dot(id),
        decide && iconButton("more", words.memberActions(shown), { "aria-haspopup": "dialog", onclick: decide }));
}

function add(app, room, present) {
    const trouble = h("p", { class: "trouble", role: "alert" });
    dialog(words.addPeople, (close) => h("form", {
        onsubmit: async (event) => {
            event.preventDefault();
            for (const user of new FormData(event.target).getAll("user")) {
                if (!(await app.run("member.add", { room: room.room, user }, trouble))) return;
            }
            close();
        },
    }, picker(app, present), trouble,
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: close }, words.cancel),
        h("button", { class: "primary" }, words.add))));
}
