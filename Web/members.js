import { picker } from "./adding.js";
import { askAll } from "./api.js";
import { dialog } from "./dialog.js";
import { fill, h } from "./h.js";
import { refusal, words } from "./words.js";

/** Who is in a room; adding to it, leaving it. @param {import("./app.js").App} app @param {any} room */
export function openMembers(app, room) {
    const list = h("ul", { class: "people" }, h("li", { class: "hint" }, words.loading));
    const present = new Set();
    dialog(words.people, (close) => {
        askAll(`/v1/rooms/${encodeURIComponent(room.room)}/members`, "members", ({ id }) => id).then((members) => {
            for (const { id } of members) present.add(id);
            fill(list, members.map(({ id, name, display_name: shown, role }) => h("li", null, app.people.avatar(id),
                h("span", { class: "name", dir: "auto" }, shown, shown !== name && h("small", null, ` @${name}`)),
                id === app.me && h("small", null, `(${words.you})`),
                    role === "admin" && h("small", { class: "role" }, words.admin), app.people.dot(id))));
        }, (error) => fill(list, h("li", { class: "trouble" }, refusal(error))));
        const mayAdd = room.kind === "public" || (room.kind === "private" && room.role === "admin");
        return h("div", null, list, room.kind !== "direct" && h("div", { class: "buttons" },
            h("button", {
                type: "button", class: "danger", onclick: async () => {
                    if (!(await app.run("room.leave", { room: room.room }))) return;
                    close();
                    app.go(undefined);
                },
            }, words.leaveRoom),
            mayAdd && !room.archived && h("button", {
                type: "button", class: "primary", onclick: () => {
                    close();
                    add(app, room, present);
                },
            }, words.addPeople)));
    });
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
