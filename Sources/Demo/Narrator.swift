import Foundation

/// Tells what happens, as it happens, in plain lines; and keeps the claims that the day makes.
final class Narrator {
    private let started = Date()
    private(set) var broken: [String] = []
    private var held = 0

    func chapter(_ title: String) { write("\n\(title)") }

    func tell(_ line: String) {
        let seconds = Date().timeIntervalSince(started)
        write(String(format: "%5.1f s  ", seconds) + line)
    }

    func quote(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { write("         │ \(line)") }
    }

    /// A sentence that is either true or the end of the demo with exit 1.
    func claim(_ sentence: String, _ isTrue: Bool, otherwise: @autoclosure () -> String = "") {
        if isTrue {
            held += 1
            tell("✓ \(sentence)")
        } else {
            broken.append(sentence)
            tell("✗ NOT SO: \(sentence) \(otherwise())")
        }
    }

    var verdict: String {
        broken.isEmpty
            ? "All \(held) claims held."
            : "\(broken.count) of \(held + broken.count) claims did not hold:\n" + broken.map { "  - \($0)" }.joined(separator: "\n")
    }

    private func write(_ line: String) {
        // Straight to the file: a pipe must see each line as it happens.
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// Waits until something is true, looking often; the demo never waits a fixed time for what it can see.
func wait(atMostSeconds seconds: Double, until condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while true {
        if try condition() { return true }
        guard Date() < deadline else { return false }
        usleep(50_000)
    }
}
