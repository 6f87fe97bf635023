/** Everything that the page says. `zh-Hant.js` has the same names. */
export default {
    // The door
    tagline: "Chat that stays up on any network.",
    signIn: "Sign in", signUp: "Create account", setUp: "Set up Apus", resetTitle: "Choose a new password",
    setUpHint: "You are the first one here, and will be the owner of this server.",
    inviteHint: "You have been invited. Choose a name and a password.",
    name: "Name", nameHint: "2 to 32 small letters, digits, - or _", password: "Password", passwordHint: "At least 8 characters",
    newPassword: "New password", setPassword: "Set password", createOwner: "Create the owner’s account",
    newHere: "New here?", haveAccount: "Have an account already?", working: "One moment…",
    inviteExplained: "An invite link from somebody here makes you an account.",
    // The frame
    rooms: "Rooms", directMessages: "Direct messages", noRooms: "No rooms yet.", loading: "Loading…", addRoom: "New conversation",
    newRoom: "New room", browseRooms: "Browse rooms", newDirect: "New direct message", invitePeople: "Invite people",
    signOut: "Sign out", theme: "Theme", themeSystem: "Like the system", themeLight: "Light", themeDark: "Dark", language: "Language",
    menu: "Menu", you: "you", back: "Back to rooms", close: "Close", cancel: "Cancel", settings: "Settings", conversation: "Conversation",
    signOutPending: (n) => `${n === 1 ? "One message has" : `${n} messages have`} not been sent yet. They wait in this browser until you sign in here again.`,
    unread: (n) => `${n} unread`, mentions: (n) => (n === 1 ? "1 mention" : `${n} mentions`), chooseRoom: "Choose a room to begin.",
    skip: "Skip to the message box",
    // Rooms
    roomName: "Room name", roomAddress: "Address", roomAddressHint: "Small letters, digits, - and _; it cannot be changed later",
    topic: "Topic", optional: "optional", publicRoom: "Public", publicRoomHint: "Everybody here can find and join it.",
    privateRoom: "Private", privateRoomHint: "Only people who are added can see it.", create: "Create room", join: "Join", open: "Open",
    noPublicRooms: "There are no public rooms yet.", members: (n) => (n === 1 ? "1 member" : `${n} members`), leaveRoom: "Leave room",
    addPeople: "Add people", noOneElse: "Nobody else is here yet.", startChat: "Start", pickPeople: "Who do you want to talk to?",
    roomGone: "There is no such room, or you are not in it.", joinFirst: (room) => `You are not in #${room} yet.`, archived: "This room is archived.",
    admin: "Admin", add: "Add", people: "People",
    // Invites
    inviteTitle: "Invite people", inviteText: "Whoever opens this link can create an account. It works for 7 days.",
    copyLink: "Copy link", copied: "Copied", makeLink: "Create a link",
    // Messages
    beginning: (name) => `This is the beginning of ${name}.`, noMessages: "Nothing has been said here yet. Say hello!", edited: "edited",
    deleted: "This message was deleted.", newMessages: "New", toLatest: "Jump to the latest", newBelow: (n) => `${n} new`,
    historyFailed: "The messages could not be loaded.", tryAgain: "Try again", messageActions: "What to do with this message", messages: "Messages",
    react: "React", reply: "Reply", edit: "Edit", remove: "Delete", copyMessageLink: "Copy link to message", retry: "Retry",
    removeSure: "Delete this message for everybody?", notSent: "Not sent", editing: "Editing message", replyingTo: (name) => `Replying to ${name}`,
    replyGone: "An earlier message", unknownPerson: "Somebody", reactedBy: (emoji, names) => `${emoji} by ${names}`, me: "You",
    queued: "Waiting to be sent", sending: "Sending…", sent: "Sent", delivered: "Delivered to everybody", read: "Read by everybody",
    receipts: "Who has read this", readBy: "Read", deliveredTo: "Delivered", notYet: "Not yet", announced: (name, text) => `${name}: ${text}`,
    // The composer
    messageTo: (name) => `Message ${name}`, send: "Send", save: "Save", tooLong: (n) => `${n} characters too many`,
    typingOne: (a) => `${a} is typing…`, typingTwo: (a, b) => `${a} and ${b} are typing…`, typingMany: "Several people are typing…",
    // Search
    search: "Search", searchHint: "Search messages", searchEmpty: "Nothing was found.", searchMore: "Older results",
    // The connection
    online: "Online", away: "Away", offline: "Offline",
    states: {
        connecting: "Connecting", live: "Connected", suspect: "Checking", reconnecting: "Reconnecting", offline: "Offline",
        needs_credentials: "Signed out", closed: "Disconnected", idle: "Disconnected",
    },
    transports: { websocket: "WebSocket", sse: "SSE", long_poll: "Long poll", short_poll: "Short poll" },
    reconnecting: "Reconnecting…", offlineNow: "Offline.", nextTry: (s) => `Next try in ${s} s`, tryNow: "Try now", backOnline: "Back online",
    waiting: (n) => (n === 1 ? "1 message waiting" : `${n} messages waiting`), notAllowed: "This server does not let this page in. Reload it; if that does not help, ask who runs it.",
    connection: "Connection", transport: "Transport", state: "State", roundTrip: "Round trip", cursor: "Cursor", reconnects: "Reconnects",
    heartbeats: "Heartbeats", strikes: "Strikes", none: "none", log: "Log", copyLog: "Copy log", unknown: "not known yet",
    milliseconds: (n) => `${n} ms`, secondsAgo: (n, s) => `${n}, the last one ${s} s ago`,
    refusals: {
        wrong_credentials: "The name or the password is wrong.", name_taken: "This name is taken; choose another.",
        invite_required: "You need an invite link to create an account here.", setup_required: "This server is not set up yet. Open the link that it printed when it started.",
        no_such_link: "This link is not good any more; ask for a new one.", rate_limited: "That was too often. Wait a little, and try again.",
        banned: "You are banned here.", room_exists: "There is a room with this address already.", forbidden: "You may not do that.",
        unreachable: "The server cannot be reached. Try again in a moment.", no_such_message: "That message is not there any more.", room_archived: "This room is archived.",
        not_a_member: "You are not in this room any more.", no_such_room: "There is no such room.", discarded: "It was taken back.",
    },
};
