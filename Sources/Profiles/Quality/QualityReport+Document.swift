import ChangeSets

extension QualityReport {
    /// The report as a JSON document with a fixed order of keys.
    ///
    /// Records are named by their lives alone: a local key may be somebody's e-mail address.
    public func json() -> [UInt8] {
        JSONDocument.object { document in
            document.add("now", now.milliseconds)
            document.add("freshDays", freshDays)
            document.array("rows") { list in
                for row in rows { list.appendObject { row.write(to: &$0) } }
            }
        }
    }
}

extension QualityReport.Row {
    func write(to document: inout JSONDocument) {
        document.add("site", site)
        document.add("entity", entity.rawValue)
        document.add("field", field.text)
        document.add("records", records)
        document.add("present", present)
        document.add("valid", valid)
        document.add("suspicious", suspicious)
        document.add("invalid", invalid)
        document.array("findings") { list in
            for finding in findings { list.appendObject { finding.write(to: &$0) } }
        }
        document.add("fresh", fresh)
        if let medianAgeDays { document.add("medianAgeDays", medianAgeDays) }
        if let oldestAgeDays { document.add("oldestAgeDays", oldestAgeDays) }
        if let shared {
            document.object("shared") {
                $0.add("values", shared.values)
                $0.add("records", shared.records)
            }
        }
    }
}

extension QualityReport.Finding {
    func write(to document: inout JSONDocument) {
        document.add("verdict", isInvalid ? "invalid" : "suspicious")
        document.add("reason", reason.rawValue)
        document.add("count", count)
        document.array("examples") { list in for record in examples { list.append(record.life.description) } }
    }
}
