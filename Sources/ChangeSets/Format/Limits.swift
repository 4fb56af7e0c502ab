/// Every bound of the format, on both the writing and the reading side. The specification lists them.
public enum Limits {
    /// A change-set as it travels.
    public static let setBytesMax = 8 << 20
    /// The plain stream, and likewise the personal stream, of one change-set when inflated.
    public static let plainBytesMax = 64 << 20
    /// Changes of one change-set; a larger drain is cut in parts (S20).
    public static let changesMax = 10_000
    /// Fields of one change.
    public static let fieldsMax = 1_000
    /// Key columns and fields of all changes of one set together: what a reader must make room for.
    public static let cellsMax = 1_000_000
    /// Bytes of all values of one set when written out, repeats included.
    public static let expandedBytesMax = 64 << 20
    /// Dots of all contexts, `saw` lists and clocks of one set.
    public static let dotsTotalMax = 200_000
    /// A name of an entity, a field or a source.
    public static let nameBytesMax = 255
    /// Columns of one local key.
    public static let keyColumnsMax = 32
    /// References inside the keys of references.
    public static let referenceDepthMax = 4
    /// One value of one field.
    public static let valueBytesMax = 16 << 20
    /// Dots named by one write, dots in one `saw`, entries of one vector clock.
    public static let dotsMax = 1_000
    /// Other replicas, and likewise other sources, that one set names.
    public static let replicasMax = 65_536
    /// Parts of one drain.
    public static let partsMax = 1 << 20
    /// An answer of the hub: as it travels, and its payload when inflated.
    public static let answerBytesMax = 16 << 20
    public static let answerPlainBytesMax = 64 << 20
    /// Ranges of one topic in a page's digest.
    public static let digestRangesMax = 256
}
