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
}
