import HubRuntime

/// What the trail is told of lists that show people, and of access that is given or ended, at the console as over the API.
extension HubRoutes {
    /// - Parameter id: of the one conflict that was asked for; its page is what the trail leads to.
    func noteConflicts(_ shown: [ConflictAnswer], askedFor id: String? = nil, _ call: HubCall) async {
        let people = shown.count { $0.about.profile != nil }
        guard people > 0 else { return }
        if id != nil, let only = shown.first {
            await hub.noteLookUp(.conflict, only.id, found: people, by: call.principal, now: call.now)
        } else {
            await hub.noteLookUp(.search, "conflicts", found: people, by: call.principal, now: call.now)
        }
    }

    /// A conflict that is shown, or what was written about it. Of one that is over only its kind tells whether it may have been about a person.
    ///
    /// - Parameters:
    ///   - open: `nil`: it is over.
    ///   - others: profiles that are shown with it.
    ///   - isPersonal: whether values are shown that may be a customer's, of whom there is no profile yet.
    func noteLook(
        at open: ConflictAnswer?, of id: String, besides others: [String?] = [], isPersonal: Bool = false, _ call: HubCall
    ) async {
        let people = Set(others + [open?.about.profile, open?.about.otherProfile]).subtracting([nil])
        let mayHaveBeen = open == nil && ConflictAnswer.Kind(ofID: id)?.mayTellOfPerson ?? true
        guard mayHaveBeen || isPersonal || !people.isEmpty else { return }
        await hub.noteLookUp(.conflict, id, found: max(people.count, 1), by: call.principal, now: call.now)
    }

    /// The latest notes on whatever conflicts: those on conflicts that may be about a person.
    func noteNotes(_ shown: [ConflictNoteAnswer], _ call: HubCall) async {
        let people = Set(shown.map(\.conflict)).count { ConflictAnswer.Kind(ofID: $0)?.mayTellOfPerson ?? true }
        guard people > 0 else { return }
        await hub.noteLookUp(.search, "notes", found: people, by: call.principal, now: call.now)
    }

    func noteDecisions(_ shown: [DecisionAnswer], _ call: HubCall) async {
        let people = shown.count { $0.mayTellOfPerson }
        guard people > 0 else { return }
        await hub.noteLookUp(.search, "decisions", found: people, by: call.principal, now: call.now)
    }

    /// Values that are no identifiers, and links that are refused: each is somebody's.
    func noteIgnored(_ shown: IgnoredAnswer, _ call: HubCall) async {
        let people = shown.values.count + shown.shared.count + shown.refusals.count
        guard people > 0 else { return }
        await hub.noteLookUp(.search, "ignored", found: people, by: call.principal, now: call.now)
    }

    /// What an admin did about who and what may take part.
    ///
    /// - Parameter role: the one that was given with it.
    func noteDeed(_ deed: LookUpRow.What, _ name: String, role: Role? = nil, _ call: HubCall) async {
        let subject = role.map { "\(name): \($0.rawValue)" } ?? name
        await hub.noteLookUp(deed, subject, found: 1, by: call.principal, now: call.now)
    }

    func noteProposals(_ shown: Int, _ call: HubCall) async {
        guard shown > 0 else { return }
        await hub.noteLookUp(.search, "proposals", found: shown, by: call.principal, now: call.now)
    }
}
