import Console
import HubRuntime
import Testing

@Suite("The page of open conflicts")
struct ConflictsPageTests {
    private static func page(
        _ found: ConflictPage, isLater: Bool = false, text: String? = nil, days: Int? = nil, order: ConflictOrder = .kind
    ) throws -> String {
        let visitor = Visitor(
            name: "ann", role: .operator, formToken: "ab", language: .english, theme: nil, zone: .gmt, now: 1_800_000_000_000,
            path: "/conflicts", said: nil)
        let page = try Console().conflicts(
            found, isLater: isLater, filter: ConflictFilter(text: text, days: days), order: order, open: OpenConflicts(), sites: [],
            for: visitor)
        let told = String(decoding: page, as: UTF8.self)
        #expect(!told.contains("⟦"))
        return told
    }

    @Test("A page that ends early says how much was looked through and offers to go on, and does not say that nothing fits")
    func lookedThrough() throws {
        let page = try Self.page(ConflictPage(conflicts: [], next: "writes_7", lookedThrough: 50_000), text: "Ada")
        #expect(page.contains("Looked through 50,000 rows") && page.contains(">Go on</button>") && page.contains(#"value="writes_7""#))
        #expect(page.contains(#"name="text" value="Ada""#))
        #expect(!page.contains("No open conflict fits") && !page.contains("Nothing to decide"))
    }

    @Test("One chooses how long a conflict is open; the next page asks for the same, and a choice of one's own stands among the usual ones")
    func ages() throws {
        let page = try Self.page(ConflictPage(conflicts: [], next: "stock_1"), days: 3)
        #expect(page.contains(#"<option value="3" selected>3 days or longer</option>"#) && page.contains(#"<option value="7">7 days"#))
        #expect(page.contains(#"<input type="hidden" name="days" value="3">"#))
        #expect(try Self.page(ConflictPage(conflicts: [])).matches(of: /value="[0-9]+" selected/).isEmpty)
    }

    @Test("What is only known to be open since before a moment is told to be open for longer")
    func longer() throws {
        var conflict = ConflictPageTests.conflict()
        conflict.since = nil
        let unknown = try Self.page(ConflictPage(conflicts: [conflict]))
        #expect(!unknown.contains("3 h<") && unknown.contains(">not known</span></td>"))
        conflict.sinceBefore = ConflictPageTests.now - 3 * 3_600_000
        #expect(try Self.page(ConflictPage(conflicts: [conflict])).contains(">over 3 h</td>"))
        conflict.since = conflict.sinceBefore
        #expect(try Self.page(ConflictPage(conflicts: [conflict])).contains(">3 h</td>"))
    }

    @Test("One chooses the order; the next page asks for the same, and a page says when not all that is open is in order")
    func order() throws {
        let page = try Self.page(ConflictPage(conflicts: [], next: "oldest_1_61", among: 10_000), isLater: true, order: .oldest)
        #expect(page.contains(#"<option value="oldest" selected>oldest first</option>"#) && page.contains(#"<option value="costliest">"#))
        // On to the next page, and back to the first.
        #expect(page.ranges(of: #"<input type="hidden" name="order" value="oldest">"#).count == 2)
        #expect(page.contains("among the first 10,000 by kind"))
        let usual = try Self.page(ConflictPage(conflicts: []), isLater: true)
        #expect(usual.contains(#"<option value="kind" selected>as usual: stock first<"#))
        #expect(usual.contains("<button>To the first page</button>"))
        #expect(!usual.contains("among the first"))
    }

    @Test("A page behind which nothing stands offers no other, and one on which nothing stands leads to the first")
    func ends() throws {
        let first = try Self.page(ConflictPage(conflicts: []))
        #expect(first.contains("Nothing to decide") && !first.contains(#"class="pager""#))
        let last = try Self.page(ConflictPage(conflicts: []), isLater: true)
        #expect(last.contains("To the first page") && !last.contains("Next page") && !last.contains("Go on"))
        #expect(try Self.page(ConflictPage(conflicts: [], next: "stock_1")).contains(">Next page</button>"))
    }

    @Test("The way back to the first page is of those that were asked for, and what was typed stands in no address")
    func first() throws {
        let page = try Self.page(ConflictPage(conflicts: []), isLater: true, text: "Ada", days: 3)
        let form = try #require(page.firstMatch(of: /<form action="\/conflicts" method="post">[^\n]*>To the first page<\/button>/)).output
        #expect(form.contains(#"name="text" value="Ada""#) && form.contains(#"name="days" value="3""#) && !form.contains(#"name="after""#))
        #expect(!page.contains(#"<a class="button" href="/conflicts">To the first"#))
    }
}
