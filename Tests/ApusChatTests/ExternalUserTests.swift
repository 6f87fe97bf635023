import ApusCore
import ApusSQLite
import ApusWire
import Testing

@testable import ApusChat

struct ExternalUserTests {
    static func sign(_ desk: Desk, _ subject: String, as name: String?, showing display: String? = nil) throws
        -> Account
    {
        var account: Account?
        _ = try desk.store.write {
            account = try ExternalUser(
                issuer: "https://shop.example", subject: subject, userName: name, displayName: display
            ).sign(into: $0, at: Timestamp(milliseconds: 0)).0
        }
        return account!  // set by the body, which has run
    }

    @Test func `somebody seen for the first time gets an account, and the same one ever after`() throws {
        let desk = try Desk()
        let first = try Self.sign(desk, "42", as: "ada", showing: "Ada L")
        #expect(first.identity.name == "ada")
        #expect(first.identity.displayName == "Ada L")
        #expect(first.role == .member)
        let again = try Self.sign(desk, "42", as: "other", showing: "Ada K")
        #expect(again.identity.id == first.identity.id)
        #expect(again.identity.name == "ada")
        #expect(again.identity.displayName == "Ada K")
        #expect(try Self.sign(desk, "42", as: nil).identity.displayName == "Ada K")
        #expect(try desk.store.account(issuer: "https://shop.example", subject: "42")?.identity == again.identity)
    }

    @Test func `another spelling of an accent is another display name`() throws {
        let desk = try Desk()
        _ = try Self.sign(desk, "42", as: "ada", showing: "Zo\u{EB}")
        let now = try Self.sign(desk, "42", as: "ada", showing: "Zoe\u{308}").identity.displayName
        #expect(Array(now.unicodeScalars) == Array("Zoe\u{308}".unicodeScalars))
    }

    @Test func `another issuer's, and a local account of the same name, are other people`() throws {
        let desk = try Desk()
        let local = try desk.user("ada")
        let one = try Self.sign(desk, "42", as: "ada")
        var other: Account?
        _ = try desk.store.write {
            other = try ExternalUser(
                issuer: "https://else.example", subject: "42", userName: "ada", displayName: nil
            ).sign(into: $0, at: Timestamp(milliseconds: 0)).0
        }
        #expect([local.name, one.identity.name, other?.identity.name] == ["ada", "ada-2", "ada-3"])
        #expect(Set([local.id, one.identity.id, other?.identity.id]).count == 3)
    }

    @Test(arguments: [
        ("Ada Lovelace", "ada-lovelace"), ("ada@example.org", "ada-example-org"), ("小明", "user"), ("x", "user"),
        ("--a--b--", "a-b"), (String(repeating: "a", count: 99), String(repeating: "a", count: 24)), ("apus", "apus-2"),
    ]) func `a name that is none here is made one`(wanted: String, name: String) throws {
        #expect(try Self.sign(Desk(), "1", as: wanted).identity.name == name)
    }

    @Test(arguments: [
        ("  ", "ada"), ("a\u{7}b", "ab"), ("a\u{202E}\nb\u{85}", "ab"),
        (String(repeating: "長", count: 65), String(repeating: "長", count: 64)),
    ])
    func `a display name that does not fit is made to`(claimed: String, shown: String) throws {
        #expect(try Self.sign(Desk(), "1", as: "ada", showing: claimed).identity.displayName == shown)
    }
}
