import ApusWire

/// A log of about sixty events with mixed visibility: what alice may see begins, ends and begins again, with stretches
/// between that are other people's.
struct MixedLog {
    let alice: TestUser
    let bob: TestUser
    let carol: TestUser

    init(on server: TestServer) async throws {
        alice = try await server.user("alice")
        bob = try await server.user("bob")
        carol = try await server.user("carol")
        try await bob.create("hall")
        try await bob.flood("hall", 3)
        try await alice.join("hall")
        try await alice.post("hall", "here I am")
        try await carol.create("cellar")
        try await carol.flood("cellar", 12)
        try await carol.join("hall")
        for number in 1...5 {
            try await bob.post("hall", "bob \(number)")
            try await carol.post("cellar", "carol \(number)")
        }
        try await alice.leave("hall")
        try await bob.flood("hall", 4)
        try await alice.create("attic")
        try await bob.join("attic")
        try await bob.flood("attic", 3)
        try await alice.join("hall")
        try await alice.join("cellar")
        for number in 1...3 {
            try await alice.post("attic", "alice \(number)")
            try await bob.post("hall", "again \(number)")
            try await carol.post("cellar", "again \(number)")
        }
        try await alice.leave("cellar")
        try await carol.flood("cellar", 2)
    }
}
