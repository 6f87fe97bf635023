import Testing

@testable import apus

struct ServeTests {
    @Test(arguments: [
        ("127.0.0.1", "http://127.0.0.1:8080"), ("::1", "http://[::1]:8080"),
        ("chat.example", "http://chat.example:8080"),
    ])
    func `the address that is printed is one that a browser takes`(_ host: String, _ address: String) {
        #expect(Serve.address(host, 8080) == address)
    }
}
