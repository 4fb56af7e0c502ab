import CZlib

/// CRC-32 as zlib has it (RFC 1952): tells bytes that a disk has changed, not bytes that somebody means to forge.
public enum Checksum {
    public static func of(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    }
}
