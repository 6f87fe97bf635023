/// `apus-fuzz TARGET [libFuzzer's options, folders and files]`, as `script/fuzz` runs it.
@main
enum Fuzzer {
    nonisolated(unsafe) static var input = HostileInput.frames  // set once, before libFuzzer starts

    static func main() {
        guard CommandLine.argc >= 2, let wanted = HostileInput(rawValue: CommandLine.arguments[1]) else {
            let targets = HostileInput.allCases.map(\.rawValue).joined(separator: ", ")
            fatalError("expected a target first, one of \(targets)")
        }
        input = wanted
        // libFuzzer wants the program's name first, then only what is its own.
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
        CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
        _ = runLibFuzzer(&count, &arguments) { bytes, count in
            let input = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
            do { try Fuzzer.input.check(input) } catch { fatalError("\(error)") }
            return 0
        }
    }
}

/// libFuzzer as a library (LLVM, "libFuzzer – Using libFuzzer as a library"): SwiftPM gives the executable a `main` of
/// its own, so libFuzzer's cannot be used.
@_extern(c, "LLVMFuzzerRunDriver")
func runLibFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ tryOne: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32
