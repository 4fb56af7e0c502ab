import Dispatch
import Foundation

/// `tributary-fuzz READER [libFuzzer's options and folders]`: lets libFuzzer drive one reader.
///
/// Alone it lists the readers; `tributary-fuzz READER --seeds FOLDER` writes the inputs that a reader starts from.
@main
struct Main {
    nonisolated(unsafe) private static var reader = FuzzedReader.all[0]

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1 else { return print(FuzzedReader.all.map { $0.name }.joined(separator: "\n")) }
        // To merge, libFuzzer starts this program anew with its own options alone.
        let inherited = ProcessInfo.processInfo.environment[variable]
        let name = inherited ?? arguments[1]
        guard let named = FuzzedReader.all.first(where: { $0.name == name }) else {
            FileHandle.standardError.write(Data("tributary-fuzz: there is no target \(name).\n".utf8))
            exit(1)
        }
        reader = named
        if inherited != nil { return drive(arguments) }
        if arguments.count == 4, arguments[2] == "--seeds" { return try writeSeeds(to: arguments[3]) }
        setenv(variable, name, 1)
        drive([arguments[0]] + arguments.dropFirst(2))
    }

    private static let variable = "TRIBUTARY_FUZZ_TARGET"

    private static func writeSeeds(to folder: String) throws {
        for (number, seed) in try reader.seeds().enumerated() {
            try Data(seed).write(to: URL(fileURLWithPath: "\(folder)/seed-\(number)"))
        }
    }

    /// libFuzzer ends the process itself.
    private static func drive(_ arguments: [String]) {
        var pointers = arguments.map { strdup($0) } + [nil]
        var count = CInt(arguments.count)
        pointers.withUnsafeMutableBufferPointer { buffer in
            var first = buffer.baseAddress
            _ = runLibFuzzer(&count, &first) { bytes, count in
                Main.read(Array(UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            }
        }
    }

    private static func read(_ bytes: [UInt8]) {
        let done = DispatchSemaphore(value: 0)
        Task {
            do { try await Main.reader.read(bytes) } catch { fatalError("\(error)") }
            done.signal()
        }
        done.wait()
    }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runLibFuzzer(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ read: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
