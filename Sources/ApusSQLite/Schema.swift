import ApusCore
import GRDB

/// The database's schema, one migration a version. A migration that has been released is never changed.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: logTables)
            FaultPoint.reach(.inMigration)
            try database.execute(sql: chatTables)
        }
        migrator.registerMigration("2") { database in
            for step in [logColumns, people, rooms, messages, commands, search] {
                try database.execute(sql: step)
                FaultPoint.reach(.inMigration)
            }
        }
        migrator.registerMigration("3") { database in
            try database.execute(sql: projection)
            FaultPoint.reach(.inMigration)
        }
        return migrator
    }

    /// `event.audience` is a room's key, a user's key with a minus, or 0 for everybody (`Audience.index`).
    /// Rowid tables with one index: measured faster than WITHOUT ROWID for rows of this size.
    private static let logTables = """
        CREATE TABLE epoch (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            first_seq INTEGER NOT NULL,
            started_at INTEGER NOT NULL
        );
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY,
            audience INTEGER NOT NULL,
            type TEXT NOT NULL,
            by INTEGER NOT NULL,
            at INTEGER NOT NULL,
            command_id TEXT,
            data TEXT NOT NULL,
            number INTEGER
        );
        CREATE INDEX event_audience ON event (audience, seq);
        CREATE TABLE stay (
            user INTEGER NOT NULL,
            room INTEGER NOT NULL,
            first_seq INTEGER NOT NULL,
            last_seq INTEGER,
            PRIMARY KEY (user, room, first_seq)
        ) WITHOUT ROWID;
        """

    /// `command` begins with the id: ids that begin with the time, as UUIDv7 do, then go to the end of the table
    /// whoever sends them, instead of to one page per user.
    private static let chatTables = """
        CREATE TABLE user (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL UNIQUE,
            display_name TEXT NOT NULL,
            role TEXT NOT NULL,
            password_salt BLOB,
            password_key BLOB
        );
        CREATE TABLE token (
            hash BLOB PRIMARY KEY,
            user INTEGER NOT NULL REFERENCES user (key),
            created_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE room (
            key INTEGER PRIMARY KEY,
            slug TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            topic TEXT NOT NULL,
            history TEXT NOT NULL,
            head INTEGER NOT NULL DEFAULT 0,
            members INTEGER NOT NULL DEFAULT 0,
            created_by INTEGER NOT NULL REFERENCES user (key)
        );
        CREATE TABLE member (
            room INTEGER NOT NULL REFERENCES room (key),
            user INTEGER NOT NULL REFERENCES user (key),
            since INTEGER,
            role TEXT NOT NULL,
            delivered INTEGER NOT NULL DEFAULT 0,
            read INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (room, user)
        ) WITHOUT ROWID;
        CREATE INDEX member_user ON member (user, room) WHERE since IS NOT NULL;
        CREATE TABLE message (
            room INTEGER NOT NULL,
            number INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            by INTEGER NOT NULL,
            at INTEGER NOT NULL,
            command_id TEXT,
            text TEXT NOT NULL
        );
        CREATE UNIQUE INDEX message_number ON message (room, number);
        CREATE TABLE command (
            id TEXT NOT NULL,
            user INTEGER NOT NULL,
            hash BLOB NOT NULL,
            reply TEXT NOT NULL,
            PRIMARY KEY (id, user)
        ) WITHOUT ROWID;
        """

    // MARK: version 2

    /// `about`: the message (its seq) that the event tells of, so that its text can be purged everywhere. The blanks are
    /// what `SQLiteTransaction.roomForPurging` gives to newer events.
    private static let logColumns = """
        ALTER TABLE event ADD COLUMN about INTEGER;
        ALTER TABLE event ADD COLUMN witness INTEGER;
        CREATE INDEX event_about ON event (about) WHERE about IS NOT NULL;
        UPDATE event SET data = data || '   ' WHERE number IS NOT NULL AND length(data) < 128;
        """

    /// `token` holds every credential: sessions of people (`kind` session, which end) and tokens of the command line,
    /// of bots and of hooks (which do not). `link` holds what is handed to somebody once: invites and password resets.
    private static let people = """
        ALTER TABLE user ADD COLUMN banned_at INTEGER;
        ALTER TABLE user ADD COLUMN issuer TEXT;
        ALTER TABLE user ADD COLUMN subject TEXT;
        CREATE UNIQUE INDEX user_subject ON user (issuer, subject) WHERE issuer IS NOT NULL;
        ALTER TABLE token ADD COLUMN id TEXT;
        ALTER TABLE token ADD COLUMN kind TEXT NOT NULL DEFAULT 'token';
        ALTER TABLE token ADD COLUMN expires_at INTEGER;
        ALTER TABLE token ADD COLUMN used_at INTEGER;
        ALTER TABLE token ADD COLUMN label TEXT;
        UPDATE token SET id = 't_' || lower(hex(randomblob(13)));
        CREATE UNIQUE INDEX token_id ON token (id);
        CREATE INDEX token_user ON token (user);
        CREATE INDEX token_expiry ON token (expires_at) WHERE expires_at IS NOT NULL;
        CREATE TABLE link (
            hash BLOB PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            by INTEGER NOT NULL REFERENCES user (key),
            user INTEGER REFERENCES user (key),
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            uses_left INTEGER
        ) WITHOUT ROWID;
        CREATE TABLE hook (
            hash BLOB PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            room INTEGER NOT NULL REFERENCES room (key),
            user INTEGER NOT NULL REFERENCES user (key),
            by INTEGER NOT NULL REFERENCES user (key),
            created_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX hook_room ON hook (room);
        CREATE INDEX hook_user ON hook (user);
        CREATE TABLE setting (
            user INTEGER NOT NULL REFERENCES user (key),
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (user, name)
        ) WITHOUT ROWID;
        """

    /// `pair` names the people of a direct room, so that there is one room for them; `participant` holds those of them
    /// who do not see it before its first message.
    private static let rooms = """
        ALTER TABLE room DROP COLUMN head;
        ALTER TABLE room ADD COLUMN archived_at INTEGER;
        ALTER TABLE room ADD COLUMN pair TEXT;
        CREATE UNIQUE INDEX room_pair ON room (pair) WHERE pair IS NOT NULL;
        CREATE TABLE participant (
            room INTEGER NOT NULL REFERENCES room (key),
            user INTEGER NOT NULL REFERENCES user (key),
            PRIMARY KEY (room, user)
        ) WITHOUT ROWID;
        ALTER TABLE member ADD COLUMN notifications TEXT NOT NULL DEFAULT 'all';
        ALTER TABLE member ADD COLUMN banned_at INTEGER;
        """

    /// A message's key is the seq of its `message.created`; `changed` is the seq of its last change, and `text_seq` that
    /// of the event that holds what it says now. Texts are in the log alone, whose rows are written once and overwritten
    /// in place: where rows change their size, SQLite moves their neighbours to other pages and leaves copies behind
    /// that `secure_delete` does not reach when they are deleted later (`SQLiteTransaction+Purging.swift`).
    ///
    /// `mention` is there to count what is not read; its user is 0 where everybody is meant.
    private static let messages = """
        CREATE TABLE newer_message (
            seq INTEGER PRIMARY KEY,
            room INTEGER NOT NULL,
            number INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            by INTEGER NOT NULL,
            at INTEGER NOT NULL,
            command_id TEXT,
            text_seq INTEGER NOT NULL,
            reply_to INTEGER,
            edited_at INTEGER,
            deleted_at INTEGER
        );
        INSERT INTO newer_message (seq, room, number, changed, by, at, command_id, text_seq)
            SELECT seq, room, number, seq, by, at, command_id, seq FROM message;
        DROP TABLE message;
        ALTER TABLE newer_message RENAME TO message;
        CREATE UNIQUE INDEX message_number ON message (room, number);
        CREATE TABLE reaction (
            message INTEGER NOT NULL,
            emoji TEXT NOT NULL,
            user INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (message, emoji, user)
        ) WITHOUT ROWID;
        CREATE TABLE mention (
            user INTEGER NOT NULL,
            room INTEGER NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (user, room, number)
        ) WITHOUT ROWID;
        """

    /// Hashes of commands no longer hold what is said, so those of before cannot be compared any more, and must go: texts
    /// could be guessed from them. The table is made anew because rows that were moved have left copies in its pages;
    /// `secure_delete` overwrites the pages of a table that is dropped.
    private static let commands = """
        CREATE TABLE newer_command (
            id TEXT NOT NULL,
            user INTEGER NOT NULL,
            hash BLOB NOT NULL,
            reply TEXT NOT NULL,
            PRIMARY KEY (id, user)
        ) WITHOUT ROWID;
        INSERT INTO newer_command (id, user, hash, reply) SELECT id, user, x'', reply FROM command;
        DROP TABLE command;
        ALTER TABLE newer_command RENAME TO command;
        """

    /// Which messages hold which terms (`SearchTerms`), and nothing else of them. `indexed` is the seq of the last
    /// message in it; what is in the database before this migration comes into it bit by bit.
    private static let search = """
        CREATE VIRTUAL TABLE search USING fts5 (terms, content='', columnsize=0, detail=none, tokenize='ascii');
        CREATE TABLE search_progress (
            indexed INTEGER NOT NULL,
            is_stale INTEGER NOT NULL,
            is_merging INTEGER NOT NULL
        );
        INSERT INTO search_progress VALUES (0, FALSE, FALSE);
        """

    // MARK: version 3

    /// `message` and `audience_event` are projections of the log, which the writer brings up to date in batches
    /// (`SQLiteTransaction+Projection.swift`): up to `through` they are complete, past it they hold nothing. For in a
    /// server with many rooms each message would write to a page of its own in each of them. `current_message` is what
    /// `message` would be if it were up to date; it is to be asked for few messages at a time, by seq or room and number.
    private static let projection = """
        CREATE TABLE audience_event (
            audience INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (audience, seq)
        ) WITHOUT ROWID;
        INSERT INTO audience_event SELECT audience, seq FROM event ORDER BY audience, seq;
        DROP INDEX event_audience;
        CREATE TABLE projection (through INTEGER NOT NULL);
        INSERT INTO projection SELECT ifnull(max(seq), 0) FROM event;
        CREATE VIEW current_message AS
            SELECT seq, room, number, changed, by, at, command_id, text_seq, reply_to, edited_at, deleted_at
            FROM message
            UNION ALL
            SELECT seq, audience, number, seq, by, at, command_id, seq, data ->> '$.reply_to', NULL, NULL
            FROM event WHERE seq > (SELECT through FROM projection) AND number IS NOT NULL;
        """
}
