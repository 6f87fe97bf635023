import ApusChat
import ApusCore
import ApusTransports
import ApusWire
import Logging
import NIOConcurrencyHelpers

/// Who may make an account.
package enum Registration: String, Sendable, CaseIterable {
    case open, invite, closed
}

/// Where a request for credentials comes from.
struct Visitor: Sendable {
    let address: String
    /// The value of the cookie that an earlier sign-in left.
    let device: String?
    /// What the client calls itself.
    let label: String
}

/// Somebody who has just got a session.
struct SignedIn: Sendable {
    let token: BearerToken
    let session: Session
    let user: Identity
    let device: String
}

/// Gives out and takes back credentials.
final class AccountDesk: Sendable {
    let backend: ServerBackend
    let registration: Registration
    let logger: Logger
    let passwords = PasswordThreads()
    let devices = DeviceCookies()
    /// The secret of the set-up link; nil when the server had an owner already when it started.
    let setup: BearerToken?
    private let triesPerMinute: Int
    private let throttle: NIOLockedValueBox<SignInThrottle>
    private let hasOwner = NIOLockedValueBox(false)

    init(backend: ServerBackend, registration: Registration, triesPerMinute: Int, logger: Logger) throws {
        self.backend = backend
        self.registration = registration
        self.logger = logger
        self.triesPerMinute = triesPerMinute
        throttle = NIOLockedValueBox(SignInThrottle(perMinute: triesPerMinute))
        setup = try backend.store.hasOwner() ? nil : BearerToken(prefix: "setup_")
    }

    var now: Timestamp { backend.hub.wallClock() }

    // MARK: signing in

    func signIn(name: String, password: String, _ visitor: Visitor) async throws -> SignedIn {
        try await requireOwner()
        let device = devices.nonce(visitor.device, for: name)
        let counts = throttle.withLockedValue {
            $0.counts(name: name, address: visitor.address, device: device)
        }
        try count(counts, visitor)
        let wrong = Problem(.wrongCredentials, "The name or the password is wrong.")
        // Nobody is called so, and the time may tell it.
        guard NewUser.isName(name) else {
            log("sign-in refused", nil, visitor)
            throw wrong
        }
        let found = try await backend.blocking { [backend] in try backend.store.account(named: name) }
        guard let found, let stored = try await verified(password, found.password, counts) else {
            if found == nil { _ = try await verified(password, nil, counts) }
            log("sign-in refused", found?.account.identity, visitor)
            throw wrong
        }
        let user = found.account.identity
        throttle.withLockedValue {
            $0.giveBack(counts)
            $0.remember(name: name, address: visitor.address)
        }
        let signedIn = make(user, visitor)
        let ended = try await backend.write { store in
            let ended = try store.signIn(
                user.key, withPassword: stored, session: signedIn.session, hash: signedIn.token.hash)
            return (ended, [])
        }
        for session in ended { backend.hub.end(.opened(by: user.key, with: session)) }
        log("signed in", user, visitor)
        return signedIn
    }

    /// What the password was checked against, if it is the right one. A server that is too busy to tell counts nothing.
    private func verified(
        _ password: String, _ stored: PasswordHash?, _ counts: [SignInThrottle.Count]
    ) async throws -> PasswordHash? {
        do {
            return try await passwords.run { try Passwords.verify(password, stored) } ? stored : nil
        } catch {
            throttle.withLockedValue { $0.giveBack(counts) }
            throw error
        }
    }

    // MARK: signing up

    func signUp(
        name: String, displayName: String?, password: String, setup: String?, invite: String?, _ visitor: Visitor
    ) async throws -> SignedIn {
        guard NewUser.isName(name) else {
            throw Problem(.invalidField, "A user's name is 2 to 32 characters of a-z, 0-9, _ and -, and not \"all\".")
        }
        if let displayName { try NewUser.checkDisplayName(displayName) }
        try Passwords.check(password)
        let way = try await way(setup: setup, invite: invite, visitor)
        // Looked at before the work of hashing, and again when the account is made.
        if try await backend.blocking({ [backend] in try backend.store.account(named: name) }) != nil {
            throw Problem(.nameTaken, "There is a user \"\(name)\" already; choose another name.")
        }
        let signUp = SignUp(
            name: name, displayName: displayName, password: try await passwords.run { try Passwords.hash(password) },
            way: way)
        let now = now
        let token = BearerToken()
        let session = Session(at: now, label: visitor.label)
        let user = try await backend.write { store in
            let (user, effects) = try signUp.run(in: store, at: now)
            try store.insertSession(session, hash: token.hash, of: user.key)
            return (user, effects)
        }
        throttle.withLockedValue { $0.remember(name: name, address: visitor.address) }
        log("account made", user, visitor)
        return SignedIn(token: token, session: session, user: user, device: devices.make(for: name))
    }

    /// How the account may be made. Who has a good link is never throttled: its secret is too long to be guessed, and
    /// tries of others at the same address must not shut anybody out who was let in.
    private func way(setup secret: String?, invite: String?, _ visitor: Visitor) async throws -> SignUp.Way {
        if let secret {
            // Hashes are compared: what is learnt from the time says nothing of the secret.
            guard let setup, BearerToken(secret).hash == setup.hash else { throw try wrongLink(visitor) }
            return .setup
        }
        try await requireOwner()
        if registration == .closed {
            throw Problem(.forbidden, "Accounts are made by the operator of this server only.")
        }
        if let hash = invite.map({ BearerToken($0).hash }), try await isGood(hash, .invite) {
            return .invite(hash: hash)
        }
        if registration == .open {
            try count([.address(visitor.address)], visitor)
            return .open
        }
        guard invite != nil else {
            throw Problem(.inviteRequired, "An account needs an invite; ask somebody who is here for a link.")
        }
        throw try wrongLink(visitor)
    }

    /// Looked at before the work of hashing, and again when the link is used.
    private func isGood(_ hash: [UInt8], _ kind: Link.Kind) async throws -> Bool {
        let now = now
        return try await backend.blocking { [backend] in
            let store = backend.store
            guard let (link, user) = try store.link(hash: hash, kind: kind), let maker = try store.account(id: link.by)
            else { return false }
            return maker.stands(for: link, of: try user.flatMap { try store.account($0) }, at: now)
        }
    }

    /// What to answer to a link that is not good, once it is counted.
    private func wrongLink(_ visitor: Visitor) throws -> Problem {
        try count([.address(visitor.address)], visitor)
        return Problem.goneLink
    }

    // MARK: passwords

    /// Changes a password and ends all sessions but the one that this is asked with.
    func changePassword(_ old: String, _ new: String, by credential: Credential, _ visitor: Visitor) async throws {
        try Passwords.check(new)
        let user = credential.identity
        let counts = [SignInThrottle.Count.user(user.id)]
        try count(counts, visitor)
        let found = try await backend.blocking { [backend] in try backend.store.account(named: user.name) }
        guard let stored = try await verified(old, found?.password, counts) else {
            log("password not changed", user, visitor)
            throw Problem(.wrongCredentials, "\"old\" is not the password; an admin can make a link to set a new one.")
        }
        throttle.withLockedValue { $0.giveBack(counts) }
        let hash = try await passwords.run { try Passwords.hash(new) }
        let ended = try await backend.write { store in
            guard try store.password(of: user.key) == stored else {
                throw Problem(.wrongCredentials, "The password has just been changed elsewhere.")
            }
            return (try store.changePassword(of: user.key, to: hash, keeping: credential.id), [])
        }
        for session in ended { backend.hub.end(.opened(by: user.key, with: session)) }
        log("password changed", user, visitor)
    }

    /// Sets a password by a link, ends all sessions and begins one.
    func resetPassword(_ secret: String, _ new: String, _ visitor: Visitor) async throws -> SignedIn {
        try Passwords.check(new)
        let (link, now) = (BearerToken(secret).hash, now)
        if try await !isGood(link, .reset) { throw try wrongLink(visitor) }
        let hash = try await passwords.run { try Passwords.hash(new) }
        let token = BearerToken()
        let session = Session(at: now, label: visitor.label)
        let (user, ended) = try await backend.write { store in
            guard let account = try store.goodLink(hash: link, kind: .reset, at: now)?.user else {
                throw Problem.goneLink
            }
            if account.isBanned { throw Problem.banned }
            let key = account.identity.key
            let ended = try store.changePassword(of: key, to: hash, keeping: nil)
            try store.insertSession(session, hash: token.hash, of: key)
            return ((account.identity, ended), [])
        }
        for session in ended { backend.hub.end(.opened(by: user.key, with: session)) }
        log("password reset", user, visitor)
        return SignedIn(token: token, session: session, user: user, device: devices.make(for: user.name))
    }

    // MARK: what they share

    /// Until there is an owner, only the set-up link makes an account, and nobody has a password to sign in with.
    private func requireOwner() async throws {
        if hasOwner.withLockedValue(\.self) { return }
        guard try await backend.blocking({ [backend] in try backend.store.hasOwner() }) else {
            throw Problem(
                .setupRequired, "The server has no owner yet; open the link that `apus serve` printed when it started.")
        }
        hasOwner.withLockedValue { $0 = true }
    }

    func tick() { throttle.withLockedValue { $0.tick(now: now) } }

    private func count(_ counts: [SignInThrottle.Count], _ visitor: Visitor) throws {
        guard let wait = throttle.withLockedValue({ $0.refusal(counts, now: now) }) else { return }
        log("sign-in throttled", nil, visitor)
        throw LimitReached(
            RateLimitPolicy("sign-in", quota: triesPerMinute, window: 60),
            "Too many tries; the next one is possible in \((wait + 999) / 1000) s.",
            retryAfterMilliseconds: wait)
    }

    private func make(_ user: Identity, _ visitor: Visitor) -> SignedIn {
        SignedIn(
            token: BearerToken(), session: Session(at: now, label: visitor.label), user: user,
            device: devices.make(for: user.name))
    }

    /// Never what was typed: people type passwords where names belong.
    private func log(_ what: Logger.Message, _ user: Identity?, _ visitor: Visitor) {
        logger.info(what, metadata: ["user": "\(user?.id ?? "unknown")", "address": "\(visitor.address)"])
    }
}
