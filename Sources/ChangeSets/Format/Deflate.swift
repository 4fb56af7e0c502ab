import CZlib
import Mutants

/// Raw deflate (RFC 1951) over whole buffers, bounded on the way in.
enum Deflate {
    /// Smaller by a fifth than level 1 on columns, and half the cost of level 9's last per cents.
    static let level: Int32 = 6

    static func deflated(_ bytes: [UInt8], level: Int32 = level) -> [UInt8] {
        var stream = z_stream()
        guard czlib_deflateInit2(&stream, level, -15) == Z_OK else { fatalError("zlib could not get memory to deflate.") }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, uLong(bytes.count)))
        var input = bytes
        return input.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = uInt(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(bound)
                let status = deflate(&stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "deflateBound promised room for the whole stream.")
                count = bound - Int(stream.avail_out)
            }
        }
    }

    /// Inflates exactly `rawCount` bytes out of exactly the given range.
    ///
    /// No more than `rawCount` is ever written, and `rawCount` is held against what deflate can reach
    /// (1032 to 1) before memory is asked for: a bomb is refused by its own header.
    static func inflated(_ bytes: [UInt8], in range: Range<Int>, rawCount: Int, of thing: String) throws(ChangeSetError) -> [UInt8] {
        func damaged(_ what: String) -> ChangeSetError {
            ChangeSetError(
                .damaged, "The deflated part of the \(thing) is damaged: \(what).",
                remedy: "Fetch or send it again; if it comes damaged twice, check the disk it comes from.")
        }
        guard rawCount <= range.count * ratioMax || Mutant.inflatesAnything.isOn else {
            throw damaged("\(range.count) bytes cannot hold the \(rawCount) it announces")
        }
        var stream = z_stream()
        guard czlib_inflateInit2(&stream, -15) == Z_OK else { fatalError("zlib could not get memory to inflate.") }
        defer { inflateEnd(&stream) }
        var status = Z_OK
        // One byte more than announced, so that a stream that goes on is seen.
        let room = rawCount + 1
        var produced = 0
        var result = bytes.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: room) { output, count in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + range.lowerBound })
                stream.avail_in = uInt(range.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(room)
                status = inflate(&stream, Z_FINISH)
                produced = room - Int(stream.avail_out)
                count = produced
            }
        }
        guard status == Z_STREAM_END || (status == Z_BUF_ERROR && stream.avail_out == 0) else {
            throw damaged(status == Z_BUF_ERROR ? "it ends too early" : "it is no deflate stream")
        }
        guard status == Z_STREAM_END, produced == rawCount else { throw damaged("it does not hold the \(rawCount) bytes it announces") }
        guard stream.avail_in == 0 else { throw damaged("\(stream.avail_in) bytes follow its end") }
        if result.count > rawCount { result.removeLast(result.count - rawCount) }
        return result
    }

    /// A deflate stream cannot grow by more: 258 bytes out of two bits.
    private static let ratioMax = 1032
}
