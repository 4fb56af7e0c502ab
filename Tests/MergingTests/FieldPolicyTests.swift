import Merging
import Testing

@Suite("Policies as operators write them")
struct FieldPolicyTests {
    @Test("a ranking names sites as they are called, spaces within their names included")
    func ranked() {
        #expect(FieldPolicy("ranked: shop 1,  web shop ,depot") == .ranked(["shop 1", "web shop", "depot"]))
        #expect(FieldPolicy("ranked: shop 1, web shop")?.description == "ranked: shop 1, web shop")
        for wrong in ["ranked:", "ranked: ", "ranked: a, , b", "newest", ""] {
            #expect(FieldPolicy(wrong) == nil, "\(wrong)")
        }
    }
}
