import HubRuntime

/// The rows of a site's log in plain words.
struct ExchangeWords {
    let forms: Forms
    let site: SiteAnswer

    private var strings: Strings { forms.strings }

    /// Rows, and between them how long nothing came.
    ///
    /// - Parameter isFirst: they are the newest, so a silence that lasts is told, too.
    func rows(_ exchanges: SiteExchanges, isFirst: Bool) -> [View] {
        var rows: [View] = []
        if isFirst, let heard = exchanges.heardAt, forms.now > heard + SiteState.silentMilliseconds {
            rows.append(["silence": strings("exchange-silent-now", ["span": span(forms.now - heard)])])
        }
        for exchange in exchanges.rows {
            rows.append(row(exchange))
            if let silent = exchange.silentMilliseconds {
                let words = exchange.hubStartedAt == nil ? "exchange-silent" : "exchange-silent-started"
                rows.append(["silence": strings(words, ["span": span(silent)])])
            }
        }
        return rows
    }

    private func row(_ exchange: ExchangeAnswer) -> View {
        let tone = Tone(exchange.outcome)
        return [
            "at": forms.stamp(exchange.at), "until": end(exchange), "sign": tone?.sign,
            "what": tone.map { refused(exchange, $0) } ?? taken(exchange), "detail": detail(exchange, isTaken: tone == nil),
            "code": tone == nil ? nil : exchange.outcome,
            // A site's former agents may still ask.
            "agent": site.agents.count > 1 ? "\(exchange.agent.prefix(8))…" : nil, "key": exchange.agent,
            "from": forms.bytes(exchange.bytesIn), "to": forms.bytes(exchange.bytesOut),
        ]
    }

    /// The day is not said twice; where both are in the same minute, that is all.
    private func end(_ exchange: ExchangeAnswer) -> View? {
        guard var end = forms.stamp(exchange.until), forms.moment(exchange.at) != forms.moment(exchange.until) else { return nil }
        if forms.day(exchange.at) == forms.day(exchange.until) { end["clock"] = forms.time(exchange.until) }
        return end
    }

    // MARK: what happened

    private func taken(_ exchange: ExchangeAnswer) -> String {
        switch exchange.kind {
        case .push:
            return strings(
                "exchange-push",
                ["sets": forms.count("exchange-sets", exchange.sets), "changes": forms.count("exchange-changes", exchange.changes)])
        case .pull where exchange.entries == 0: return forms.count("exchange-idle", exchange.requests)
        case .pull: return forms.count("exchange-given", exchange.entries)
        case .images where exchange.entries == 0: return strings["exchange-images-none"]
        case .images: return forms.count("exchange-images", exchange.entries)
        case .shared: return strings["exchange-shared"]
        case .mappings: return strings["exchange-mappings"]
        case .decisions: return forms.count("exchange-decisions", exchange.sets)
        }
    }

    private func refused(_ exchange: ExchangeAnswer, _ tone: Tone) -> String {
        let name = "exchange-code-\(exchange.outcome)"
        return forms.count(
            "exchange-\(tone)", exchange.requests, ["why": strings.has(name) ? strings[name] : exchange.outcome])
    }

    private func detail(_ exchange: ExchangeAnswer, isTaken: Bool) -> String? {
        guard isTaken else { return strings["exchange-when-\(exchange.kind.rawValue)"] }
        let isCounted = exchange.kind == .pull && exchange.entries == 0
        return exchange.requests > 1 && !isCounted ? forms.count("exchange-requests", exchange.requests) : nil
    }

    /// What was not taken: by whom it is to be mended.
    enum Tone {
        /// The request was not one to be taken.
        case refused
        /// The hub could not.
        case failed
        /// It is asked again by itself, and nothing is wrong.
        case deferred

        /// `nil`: it was taken.
        init?(_ outcome: String) {
            switch outcome {
            case "": return nil
            case "gap", "hub-busy", "hub-stopping", "storage-busy", "request-too-slow": self = .deferred
            case "hub-failed", "storage-full", "storage-failed", "journal-damaged", "changeset-not-taken": self = .failed
            default: self = .refused
            }
        }

        var sign: String { self == .deferred ? "warn" : "bad" }
    }

    // MARK: how long

    /// In two units: how long a site was away is what somebody looks for.
    func span(_ milliseconds: UInt64) -> String {
        let minutes = milliseconds / 60_000
        let (days, hours) = (minutes / 1_440, minutes / 60 % 24)
        func part(_ count: UInt64, _ unit: String) -> String? { count == 0 ? nil : forms.number(count) + " " + unit }
        let parts =
            days > 0 ? [forms.count("exchange-days", days), part(hours, "h")] : [part(hours, "h"), part(minutes % 60, "min")]
        return parts.compactMap { $0 }.joined(separator: " ")
    }
}

extension Forms {
    /// `840 B`, `12 kB`, `3.4 MB`: thousands, as disks are sold.
    func bytes(_ count: Int) -> String {
        switch count {
        case ..<1_000: return number(count) + " B"
        case ..<1_000_000: return number((count + 500) / 1_000) + " kB"
        default:
            return (Double(count) / 1_000_000).formatted(.number.precision(.fractionLength(0...1)).locale(strings.language.locale)) + " MB"
        }
    }
}
