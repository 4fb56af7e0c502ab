import Console
import Profiles

/// What the inputs for a hub's routes start from: each route is asked something that it answers, or takes.
enum HubQuestions {
    typealias Posted = (address: String, body: String)

    static let posted: [Posted] = [lines, programs, people, identity, forms, team, rules].flatMap { $0 }

    /// What agents send.
    private static let lines: [Posted] = [
        ("/v1/agents/enroll", #"{"token":"{token}","publicKey":"{key}","version":"1"}"#),
        ("/v1/sync/push", "\u{1}\u{0}\u{0}\u{0}T"), ("/v1/sync/decisions", "\u{1}\u{0}\u{0}\u{0}T"),
        ("/v1/sync/pull", #"{"cursor":null,"waitMilliseconds":0,"maxBytes":1000,"replicas":["{replica}"]}"#),
        (
            "/v1/sync/pull",
            #"{"cursor":"{cursor}","waitMilliseconds":9,"maxBytes":1000,"digest":4,"rebase":true,"decisions":true,"#
                + #""report":{"waiting":2,"waitingMilliseconds":5,"view":{"position":"{cursor}","topics":[{"topic":2,"entries":1,"#
                + #""sum":"0000000000000001"}]},"repaired":{"at":1,"entries":{"customers":1}}}}"#
        ),
        ("/v1/sync/pull", #"{"waitMilliseconds":0,"maxBytes":1,"again":{"topic":2,"after":0,"through":9}}"#),
        (
            "/v1/sync/images",
            #"{"source":"{source}","replica":"{replica}","counter":1,"newest":true,"after":"01000000000000000a"}"#
        ),
        ("/v1/sync/shared", #"{"replica":"{replica}","ends":[{"last":1,"hash":"00"}]}"#),
        (
            "/v1/sync/mappings",
            #"{"sources":[{"source":"{source}","name":"till","title":"A till","tables":[{"table":"t","entity":"sale","#
                + #""stock":"counts","fields":[{"field":"at","from":"sold_at"}],"leftOut":1}],"leftOut":1}],"leftOut":1}"#
        ),
    ]

    private static let programs: [Posted] = [
        ("/v1/sites", #"{"name":"shop-9","kind":"store","region":"de"}"#), ("/v1/sites/web/revoke", ""),
        ("/v1/tokens", #"{"name":"stock","role":"viewer","days":30,"author":"ann"}"#), ("/v1/tokens/reports/revoke", ""),
        ("/v1/users", #"{"name":"carl","role":"viewer","author":"ann"}"#), ("/v1/users/ben/role", #"{"role":"admin"}"#),
        ("/v1/users/ben/password", ""), ("/v1/users/ben/remove", ""),
        ("/v1/as-of/stock", #"{"sku":"MUG","time":1700000000000,"site":"shop-1"}"#),
        ("/v1/as-of/profile", #"{"id":"{customer}","time":1700000000000,"site":null}"#),
        ("/v1/as-of/timeline", #"{"id":"{customer}","time":1700000000000,"before":null,"limit":2}"#),
        ("/v1/conflicts/search", #"{"kind":"oversell","site":"shop-1","text":"cup","order":"oldest","limit":1}"#),
        ("/v1/conflicts/search", #"{"id":"{quarantine}"}"#),
        ("/v1/conflicts/resolve", #"{"id":"{oversell}","choice":"accept","seen":"{oversell seen}","author":"ann","note":"n"}"#),
        ("/v1/conflicts/resolve", #"{"id":"{concurrent-writes}","choice":"take","side":"{concurrent-writes side}","author":"ann"}"#),
        ("/v1/conflicts/resolve", #"{"id":"{quarantine}","choice":"mend","mending":{"values":{"created at":1}},"author":"ann"}"#),
        ("/v1/conflicts/resolve", #"{"id":"{concurrent-counts}","choice":"value","value":30000,"author":"ann"}"#),
        (
            "/v1/conflicts/resolve-all",
            #"{"filter":{"kind":"oversell"},"rule":"accept","author":"ann","isDryRun":false}"#
        ),
        ("/v1/conflicts/note", #"{"id":"{oversell}","text":"Asked the shop.","author":"ann"}"#),
        ("/v1/policies", #"{"entity":"customer","field":"city","policy":"ranked: shop-1","author":"ann"}"#),
        ("/v1/safety-stock", #"{"sku":"*","location":"*","quantity":10000,"author":"ann"}"#),
        ("/v1/collect", #"{"olderThanDays":90,"dryRun":true,"author":"ann"}"#),
        ("/v1/decisions/undo", #"{"id":"{decision}","author":"ann","note":"n"}"#),
    ]

    private static let people: [Posted] = [
        ("/v1/profiles/search", #"{"email":"ann@example.com"}"#), ("/v1/profiles/search", #"{"phone":"+44 20 7900 0010"}"#),
        ("/v1/profiles/search", #"{"name":"ann","limit":1,"after":"0_616e6e_1"}"#),
        ("/v1/profiles/link", #"{"id":"{customer}","records":["{other}"],"author":"ann"}"#),
        ("/v1/profiles/unlink", #"{"id":"{customer}","records":["{life}"],"author":"ann"}"#),
        ("/v1/profiles/apart", #"{"id":"{customer}","records":["{other}"],"author":"ann","note":"n"}"#),
        ("/customers", "q=ann%40example.com"), ("/customers", "q=O1"),
        ("/customers/{customer}/then", "date=2023-11-14&time=12%3A00"), ("/customers/{customer}/link", "record={other}&note=n"),
        ("/customers/{customer}/unlink", "record={life}"), ("/customers/{customer}/apart", "record={other}"),
        ("/customers/{customer}/undo", "decision={apart}&note=n"),
        ("/proposals/decide", "lower={customer}&higher={other}&do=same&above=0.9&note=n"),
    ]

    private static let identity: [Posted] = [
        ("/v1/identity", #"{"rules":\#(RulesText.text(.standard)),"author":"ann"}"#), ("/v1/identity/try", RulesText.text(.standard)),
        ("/v1/identity/match", ""), ("/v1/identity/proposals", #"{"above":0.99,"limit":10}"#),
        ("/v1/identity/proposals/accept", #"{"above":0.99,"isDryRun":false,"author":"ann"}"#),
    ]

    private static let forms: [Posted] = [
        ("/sign-in", "name=anna&password={password}&to=%2Fsites"), ("/sign-out", ""),
        ("/password", "old={password}&new=a+long+one+7%21&again=a+long+one+7%21"), ("/preferences", "language=de&theme=dark&to=/"),
        ("/sites/new", "name=shop-9&kind=store&region=de"), ("/sites/shop-1/token", ""), ("/sites/shop-1/revoke", ""),
        ("/conflicts", "kind=quarantine&text=ann&order=newest&days=0"),
        ("/conflicts/bulk", "rule=accept&kind=oversell"), ("/conflicts/bulk", "rule=site%3Ashop-1&id={concurrent-writes}&seen=&step=apply"),
        ("/conflicts/{concurrent-writes}", "take={concurrent-writes side}&seen={concurrent-writes seen}&note=n"),
        ("/conflicts/{oversell}", "choice=value&value=2%2C5&seen={oversell seen}"),
        ("/conflicts/{oversell}", "choice=value&value=%3Cq7%3E&note=%3Cq7%3E"), ("/conflicts", "text=%3Cq7%3E&order=costliest"),
        ("/sites/new", "name=%3Cq7%3E&region=%3Cq7%3E"),
        (
            "/conflicts/{quarantine}",
            "choice=mend&mend-field=created+at&mend-value=2023-11-14+10%3A00&mend-leave=name&seen={quarantine seen}"
        ),
        ("/conflicts/{oversell}/notes", "text=Asked+the+shop."), ("/conflicts/{concurrent-writes}/rule", "rule=latest&note=n"),
        ("/conflicts/{oversell}/undo", "decision={decision}&note=n"), ("/stock/MUG/safety", "location=shop-1&quantity=2.5&note=n"),
        ("/quality/refresh", "entity=item"),
    ]

    private static let team: [Posted] = [
        ("/people", "name=carl&role=operator"), ("/people", "name=%3Cq7%3E&role=operator"), ("/people/role", "name=ben&role=admin"),
        ("/people/password", "name=ben"),
        ("/people/remove", "name=ben"), ("/people/tokens", "name=stock&role=viewer&days=30"), ("/people/tokens/revoke", "name=reports"),
        ("/audit/undo", "id={apart}&note=n"),
    ]

    private static let rules: [Posted] = [
        ("/rules", "weigh=1&ignored=1"), ("/rules/try", "block=email&value=a%40example.org&version=\(LinkRules.standard.version)"),
        ("/rules/try", "version=\(LinkRules.standard.version)&kind-0=email&place-0=1&limit-0=2&person=20"),
        ("/rules/apply", "rules=\(Address.encoded(RulesText.text(.standard)))&note=n"),
        ("/rules/policy", "subject=customer/city&policy=ranked&site=web&confirm=1"),
    ]

    /// Addresses of pages and documents.
    static let asked = documents + pages

    private static let documents = [
        "/healthz", "/metrics", "/v1/status", "/v1/tokens", "/v1/users", "/v1/look-ups?before=1700000000001&who=anna&limit=2",
        "/v1/flow?site=shop-1&entity=customer", "/v1/conflicts?kind=oversell&order=costliest&limit=1&days=7&site=shop-1",
        "/v1/conflicts/{oversell}/story", "/v1/quarantine?limit=1", "/v1/quarantine/groups", "/v1/business", "/v1/sites",
        "/v1/sites/shop-1", "/v1/sites/shop-1/exchanges?limit=1&after=9", "/v1/profiles/{customer}",
        "/v1/profiles/{customer}/timeline?limit=1&before=1700086400000.1700000000000.{replica}-4", "/v1/profiles/{customer}/decisions",
        "/v1/stock?prefix=M&location=pool&oversold=true&countDue=false&after=A", "/v1/stock/MUG",
        "/v1/stock/MUG/history?before=1700000000000_{replica}%3A5", "/v1/orders/O1?limit=1&after=1",
        "/v1/conflict-notes?conflict={oversell}", "/v1/conflict-notes?limit=1&before=9", "/v1/policies",
        "/v1/policies/try?entity=customer&field=city&policy=ranked%3A%20web", "/v1/safety-stock", "/v1/decisions?limit=1",
        "/v1/quality?entity=item", "/v1/quality/trend?days=3&site=shop-1&entity=item", "/v1/pulses?hours=3",
        "/v1/history?record={life}&field=email&limit=1", "/v1/history?record={life}&field=email&after={life}~", "/v1/identity",
        "/v1/identity/weights", "/v1/identity/ignored",
    ]

    private static let pages = [
        "/", "/sign-in?to=%2Fsites", "/password", "/console/style.css?v=1", "/customers", "/customers/{customer}?said=customer-link",
        "/customers/{other}?before=1700086400000..{replica}-2", "/proposals?above=0.9&after=x", "/rules?entity=customer&field=city",
        "/sites?q=shop&state=well&kind=store&page=2", "/sites/new", "/sites/web", "/sites/web/exchanges?after=9",
        "/conflicts?kind=quarantine&choice=replay&order=oldest&text=%3Cq7%3E", "/conflicts/decided?after=1",
        "/conflicts/{concurrent-writes}?rule=latest", "/conflicts/{quarantine}", "/conflicts/{proposed-link}",
        "/history?record={life}&field=name&from={life}", "/people?said=people-role", "/audit?show=look-ups&who=%3Cq7%3E",
        "/audit?show=notes&before=9", "/audit?after=1", "/orders", "/orders/O1?after=1", "/orders/%3Cq7%3E", "/business",
        "/flow?site=shop-1&entity=%3Cq7%3E", "/stock?q=M&only=oversold&location=pool", "/stock/MUG?location=pool&before=1700000000000_x",
        "/quality?entity=item&site=web&field=sku&page=2",
    ]
}
