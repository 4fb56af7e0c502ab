import ChangeSets
import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("The page of data flow")
struct FlowPageTests {
    private static let now: UInt64 = 1_800_000_000_000

    private func html(
        _ flow: DataFlow, _ question: FlowQuestion = FlowQuestion(), sites: [String] = ["shop-1"], language: Language = .english
    ) throws -> String {
        let visitor = Visitor(
            name: "anna", role: .viewer, formToken: "0", language: language, theme: nil, zone: .gmt, now: Self.now, path: "/flow", said: nil
        )
        let entities = flow.entities.map(\.entity)
        return String(decoding: try Console().flow(flow, question, sites: sites, entities: entities, for: visitor), as: UTF8.self)
    }

    private func mapping(_ number: Int, _ counts: DataFlow.Counts, sources: Int = 1, fields: Int = 2) -> DataFlow.Mapping {
        DataFlow.Mapping(
            version: String(repeating: "\(number % 10)", count: 16), title: "Till <\(number)>",
            tables: [
                .init(table: "people", entity: "customer", fields: (0..<fields).map { .init("own \($0)", from: "column_\($0)") }),
                .init(table: "sold", entity: "sale line", stock: "sale lines", fields: [.init("stock quantity", from: "qty")], leftOut: 3),
            ],
            sources: (0..<sources).map { .init(site: "shop-\($0 + 1)", name: "till", told: Self.now, heard: Self.now, counts: counts) },
            entities: [.init(entity: "customer", counts: counts, stock: 0), .init(entity: "", counts: counts, stock: 1)], counts: counts)
    }

    private func flow(_ mappings: [DataFlow.Mapping], _ counts: DataFlow.Counts) -> DataFlow {
        DataFlow(
            at: Self.now, mappings: mappings,
            entities: [
                .init(entity: "customer", counts: counts, stock: 0, views: [.customer, .timeline, .business], sources: 1),
                .init(entity: "sale line", counts: .init(), stock: 0, views: [.stock, .business], sources: 1),
                .init(entity: "", counts: counts, stock: 1, views: [.stock], sources: 1),
                .init(entity: "card", counts: counts, stock: 0, views: [], sources: 1),
            ])
    }

    private let well = DataFlow.Counts(today: 5, week: 1_234, last: FlowPageTests.now - 60_000)

    @Test("the picture has a line for each table and each view, and the tables say the same", arguments: Language.allCases)
    func picture(language: Language) throws {
        let page = try html(flow([mapping(1, well)], well), language: language)
        #expect(!page.contains("⟦"))
        // Two tables with two lines each, what only moves stock straight on, and six views.
        #expect(page.matches(of: /<path class="flow[ "]/).count == 2 * 2 + 1 + 6)
        // A box each for the mapping, two tables, four entities and the views that are fed.
        #expect(page.matches(of: /<rect class="node/).count == 1 + 2 + 4 + 4)
        #expect(page.contains("Till &lt;1&gt;") && page.contains("column_1") && page.contains("people"))
        #expect(page.contains(language == .german ? "1.234" : "1,234"))
        #expect(page.contains(language == .german ? "Bestand: Verkaufszeilen<" : "stock: sale lines<"))
        #expect(page.contains(language == .german ? ">Bestand</a>, <a" : ">Stock</a>, <a"))
        #expect(page.contains(#"href="/flow?entity=sale%20line""#) && page.contains(#"href="/flow?site=shop%2D1""#))
    }

    @Test("where changes stand aside lines are red, where nothing came for a week grey; both are said in words, too")
    func tones() throws {
        let held = DataFlow.Counts(today: 1, week: 9, aside: 4, held: 3, last: Self.now)
        let red = try html(flow([mapping(1, held)], held))
        #expect(red.contains(#"class="flow bad""#) && red.contains("3 aside"))
        // A name leads to what stands aside of it; what only moves stock has none.
        #expect(red.contains(#"href="/conflicts?choice=replay&amp;entity=customer&amp;site=shop%2D1""#))
        #expect(red.contains(#"href="/conflicts?choice=replay&amp;entity=customer""#))
        #expect(red.contains(##"href="/quality?site=shop%2D1#aside""##))
        let old = DataFlow.Counts(last: Self.now - FlowWords.quietMilliseconds - 1)
        let grey = try html(flow([mapping(1, old)], old))
        #expect(grey.contains(#"class="flow idle""#) && !grey.contains(#"class="flow""#) && grey.contains("quiet"))
        let just = DataFlow.Counts(last: Self.now - FlowWords.quietMilliseconds)
        #expect(try html(flow([mapping(1, just)], just)).contains(#"class="flow""#))
    }

    @Test("a line grows with the order of magnitude of what came, and stays within its bound")
    func widths() {
        #expect(FlowDrawing.width(of: 0) == 1 && FlowDrawing.width(of: -5) == 1)
        #expect(FlowDrawing.width(of: 10) < FlowDrawing.width(of: 1_000) && FlowDrawing.width(of: .max) == 14)
    }

    @Test("many mappings are drawn and listed up to the bounds, and the page says that there are more")
    func many() throws {
        let few = (1...FlowDrawing.mappingsMax).map { mapping($0, well) }
        #expect(try !html(flow(few, well)).contains("Not everything has room here"))
        let more = (1...FlowDrawing.mappingsMax + 1).map { mapping($0, well) }
        #expect(try html(flow(more, well)).contains("Not everything has room here"))
        let all = try html(flow((1...FlowTables.mappingsMax).map { mapping($0, well) }, well))
        #expect(!all.contains("Not every mapping has room here") && all.contains(#"id="mapping-20""#))
        let cut = try html(flow((1...FlowTables.mappingsMax + 1).map { mapping($0, well) }, well))
        #expect(cut.contains("Not every mapping has room here") && !cut.contains(#"id="mapping-21""#))
        let long = try html(flow([mapping(1, well, fields: FlowTables.linesMax + 10)], well))
        #expect(long.contains("Not every mapping has room here") && long.matches(of: /plain code/).count <= FlowTables.linesMax)
    }

    @Test("a thousand tills of one make are one entry; the first are named")
    func grouped() throws {
        let page = try html(flow([mapping(1, well, sources: 1_000)], well))
        #expect(page.contains("1,000 sources") && page.contains("and 980 more"))
        #expect(page.contains(#"href="/flow?site=shop%2D20""#) && !page.contains(#"href="/flow?site=shop%2D21""#))
    }

    @Test("one entity is told field by field, with the column that feeds each")
    func fields() throws {
        let page = try html(flow([mapping(1, well)], well), FlowQuestion(entity: "customer"))
        #expect(page.contains("Where each field comes from: Customer"))
        let start = try #require(page.range(of: "Where each field comes from"))
        #expect(page[start.lowerBound...].contains("own 0") && page[start.lowerBound...].contains("column_0"))
    }

    private func came(_ entity: String, _ field: String, views: [FlowView], isFormer: Bool = false, last: UInt64?) -> DataFlow.Field {
        var came = DataFlow.Field(
            entity: entity, field: field, views: views, isGolden: FlowView.isGolden(field, of: entity), isFormer: isFormer)
        (came.changes, came.aside, came.since, came.last) = (4_321, 2, Self.now - 86_400_000, last)
        (came.sources, came.freshSources, came.silentSites) = (3, 2, ["shop-9"])
        return came
    }

    @Test(
        "a field's line tells what it feeds, how much of it came and when, also where no table names it (now)", arguments: Language.allCases
    )
    func fieldFigures(language: Language) throws {
        var one = mapping(1, well, sources: 3)
        one.fields = [
            came("customer", "own 0", views: [.customer], last: Self.now - 60_000),
            came("sale line", "till", views: [], isFormer: true, last: Self.now - FlowWords.quietMilliseconds - 1),
        ]
        for question in [FlowQuestion(), FlowQuestion(entity: "customer")] {
            let page = try html(flow([one], well), question, language: language)
            #expect(!page.contains("⟦"))
            guard language == .english else { continue }
            #expect(page.contains("4,321") && page.contains("2 were set aside") && page.contains("quiet at shop-9"))
            #expect(page.contains("feeds Customer profile (golden field)") && page.contains("counted since"))
            // Of one entity fields stand in a table of their own, and not again with the mapping.
            guard question.entity == nil else {
                #expect(!page.contains("feeds Stock") && page.ranges(of: ">4,321</td>").count == 1)
                continue
            }
            #expect(page.contains("feeds Stock") && page.contains(">stock: sale lines</small>"))
            #expect(page.contains(#"<td></td><td></td><td class="num" data-label="Changes">4,321</td>"#))
            let former = try #require(page.range(of: ">till<"))
            let line = page[former.lowerBound...].prefix { $0 != "\n" }
            #expect(line.contains("kept, in no view") && line.contains("quiet</small>"))
            #expect(page[..<former.lowerBound].suffix(200).contains("not in the mapping now"))
        }
    }

    @Test("of very many sources it is told of how many fields are counted; where no field is, that one site or entity shows them")
    func fieldsOfSome() throws {
        var one = mapping(1, well, sources: 3)
        one.fields = [came("customer", "own 0", views: [.customer], last: Self.now)]
        one.fieldSources = 2_000
        let some = try html(flow([one], well))
        #expect(some.contains("of the 2,000 sources that brought most"))
        #expect(!some.contains("are not counted here"))
        let none = try html(flow([mapping(1, well)], well))
        #expect(none.contains("are not counted here") && none.contains("feeds Customer profile (golden field)") && !none.contains("4,321"))
    }

    @Test("of one entity the picture goes on from tables to fields, and from each to the views that it feeds", arguments: Language.allCases)
    func fieldsDrawn(language: Language) throws {
        var one = mapping(1, well)
        let old = Self.now - FlowWords.quietMilliseconds - 1
        one.fields = [
            came("customer", "own 0", views: [.customer], last: Self.now), came("customer", "own 1", views: [.customer], last: old),
            came("customer", "email", views: [.customer, .timeline], isFormer: true, last: Self.now),
        ]
        let page = try html(flow([one], well), FlowQuestion(entity: "customer"), language: language)
        #expect(!page.contains("⟦") && page.contains(language == .english ? ">Fields</text>" : ">Felder</text>"))
        // Two tables, one of them with two fields; a field that comes of no table straight on; four lines to views.
        #expect(page.matches(of: /<path class="flow[ "]/).count == 2 + 2 + 1 + 4)
        #expect(page.matches(of: /<rect class="node/).count == 1 + 2 + 3 + 2)
        #expect(page.matches(of: /<rect class="node idle/).count == 1 && page.matches(of: /<path class="flow idle/).count == 3)
    }

    @Test("each view stands with what arrives there, and with what it could not be brought up to date for", arguments: Language.allCases)
    func arrivals(language: Language) throws {
        var told = flow([mapping(1, well)], well)
        told.views = [
            .init(view: .customer, entities: ["customer"], week: 8_765, held: 3, last: Self.now, behind: 2),
            .init(view: .stock, entities: ["", "item"], week: 4, held: 0, last: Self.now - FlowWords.quietMilliseconds - 1, behind: 0),
        ]
        let page = try html(told, language: language)
        #expect(!page.contains("⟦") && page.matches(of: /<rect class="node bad/).count == 1)
        guard language == .english else { return }
        let start = try #require(page.range(of: "Where it arrives"))
        let table = page[start.lowerBound...]
        #expect(table.contains("2 things are behind") && table.contains("8,765") && table.contains("Stock, Article"))
        #expect(page[..<start.lowerBound].contains("8,765 · 3 aside"), "as the drawing has it")
        #expect(try !html(flow([mapping(1, well)], well)).contains("Where it arrives"))
    }

    @Test("fields are drawn up to their bound, and the picture says that there are more")
    func manyFields() throws {
        for (count, isCut) in [(FlowDrawing.fieldsMax, false), (FlowDrawing.fieldsMax + 1, true)] {
            let page = try html(flow([mapping(1, well, fields: count)], well), FlowQuestion(entity: "customer"))
            #expect(page.contains("Not everything has room here") == isCut, "\(count)")
        }
    }

    @Test("two columns that feed one field stand under it, and what came of their mapping is added once")
    func fieldOfTwoColumns() throws {
        var one = mapping(1, well)
        one.tables = ["people", "guests"].map { .init(table: $0, entity: "customer", fields: [.init("email", from: "mail")]) }
        one.fields = [came("customer", "email", views: [.customer], last: Self.now)]
        var two = one
        two.tables.removeLast()
        let fields = EntityFields(flow([one, two], well), of: "customer").fields
        #expect(fields.count == 1 && fields[0].origins.map(\.table) == ["people", "guests", "people"])
        #expect(fields[0].came?.changes == 2 * 4_321 && fields[0].came?.sources == 6)
        for (room, isCut) in [(3, false), (2, true)] {
            #expect(EntityFields(flow([one, two], well), of: "customer", originsMax: room).isCut == isCut)
        }
    }

    @Test("without sites, sources or anything that was asked for, the page says what to do", arguments: Language.allCases)
    func nothing(language: Language) throws {
        let nobody = try html(DataFlow(at: Self.now), sites: [], language: language)
        #expect(!nobody.contains("⟦") && nobody.contains(#"href="/sites""#) && !nobody.contains("attach"))
        #expect(try html(DataFlow(at: Self.now), language: language).contains("tributary-agent attach"))
        let narrowed = try html(DataFlow(at: Self.now), FlowQuestion(site: "shop-1"), language: language)
        #expect(narrowed.contains(#"class="button" href="/flow""#) && !narrowed.contains("<svg viewBox=\"0 0 960"))
    }

    @Test("no region bears the name of another one")
    func regions() throws {
        let page = try html(flow([mapping(1, well), mapping(2, well)], well), FlowQuestion(entity: "customer"))
        let names = page.matches(of: /role="region" aria-label(?:ledby)?="([^"]*)"/).map { String($0.1) }
        #expect(names.count == 5 && Set(names).count == names.count)
        for name in names { #expect(page.matches(of: try Regex("id=\"\(name)\"")).count == 1, "\(name)") }
    }
}
