import HubRuntime

// Everything that was ever written into one field of a record.
extension Console {
    /// - Parameters:
    ///   - record: the record's life.
    ///   - isLater: whether this page goes on from another one.
    public func history(_ history: FieldHistory, record: String, isLater: Bool, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = RulesWords(forms: forms)
        let about = history.about
        let field = about.field ?? ""
        let entity = about.entity ?? ""
        let thing = about.name ?? [words.entity(entity), about.key].compactMap { $0 }.joined(separator: " ")
        let title = strings("history-title", ["field": words.field(field, of: entity), "name": thing])
        let rows = history.writes.map { row($0, about, forms) }
        let summary = [
            strings("history-record", ["entity": words.entity(entity), "key": about.key ?? "", "site": about.site ?? ""]),
            forms.count("history-looked", history.sets),
        ]
        let article = about.sku.map(Address.article)
        let order = entity == "order" ? about.name.map(Address.order) : nil
        let others = history.others.map { other -> View in
            [
                "address": Address.history(record: other.life, field: field),
                "name": strings("history-record", ["entity": words.entity(entity), "key": other.key, "site": other.site]),
            ]
        }
        return page(
            "history", title: title, section: about.profile != nil || order != nil ? .customers : article != nil ? .stock : .conflicts,
            [
                "title": title, "summary": summary.joined(separator: " "), "rows": rows, "others": others,
                "person": about.profile.map { "/customers/\($0)" } ?? order, "article": article, "sku": about.sku, "name": about.name,
                "none": rows.isEmpty ? strings[history.older == nil ? "history-none" : "history-none-yet"] : nil,
                "isBeforeRecord": history.isBeforeRecord, "isCut": history.isCut, "isEnd": history.older == nil,
                "newest": isLater ? Address.history(record: record, field: field) : nil,
                "older": history.older.map { Address.history(record: record, field: field, from: $0) },
            ], for: visitor)
    }

    private func row(_ write: FieldHistory.Write, _ about: ConflictAnswer.About, _ forms: Forms) -> View {
        let strings = forms.strings
        let origin = OriginWords(origin: write.origin, site: write.site, source: write.source, forms: forms)
        let replaced = write.replaced.map { former -> View in
            [
                "value": CausalDrawing.value(former.value, of: about, forms), "site": former.site == "hub" ? strings["hub"] : former.site,
                "day": Forms.sound(former.time).map(forms.day),
            ]
        }
        return [
            "at": forms.stamp(Forms.sound(write.time)), "received": strings("history-received", ["time": forms.moment(write.received)]),
            "value": CausalDrawing.value(write.value, of: about, forms), "who": origin.name,
            "source": [origin.source, write.cashier].compactMap { $0 }.joined(separator: ", "), "decided": origin.line,
            "note": write.origin?.note, "replaced": replaced, "isLive": write.isLive, "isHeld": write.isHeld,
        ]
    }
}
