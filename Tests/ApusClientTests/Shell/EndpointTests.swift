import ApusClient
import Testing

struct EndpointTests {
    @Test(arguments: [
        ("https://chat.example.org:443/", "https://chat.example.org"),
        ("HTTP://10.0.0.5:8080/apus/", "http://10.0.0.5:8080/apus"),
        ("http://[::1]:8080", "http://[::1]:8080"), ("http://[fe80::2]", "http://[fe80::2]"),
    ])
    func `an address is kept in one form`(_ given: String, _ kept: String) throws {
        #expect(try Endpoint(given).url == kept)
    }
}
