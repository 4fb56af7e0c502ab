/// First names that one person goes by.
///
/// A small table of common short forms in English, German, French, Spanish, Italian and Dutch; two names are of one name when a line holds both.
/// The model learns how much this is worth in the data at hand, so a line too many does little harm.
enum Nicknames {
    static func areOfOneName(_ left: Term, _ right: Term) -> Bool {
        guard let lines = lines[Array(left)], let others = self.lines[Array(right)] else { return false }
        return lines.contains { others.contains($0) }
    }

    private static let lines: [[UInt8]: [Int]] = {
        var lines: [[UInt8]: [Int]] = [:]
        for (number, line) in table.split(separator: "\n").enumerated() {
            for name in line.split(separator: " ") { lines[Array(name.utf8), default: []].append(number) }
        }
        return lines
    }()

    private static let table = """
        alexander alex al sandy sascha alec
        alexandra alex sandra sandy lexi
        alfred alf alfie fred freddie
        andrew andy drew andreas
        anthony tony antonio anton
        barbara barb babs
        benjamin ben benny benji
        catherine katherine kathryn cath cathy kate katie kathy kat katharina
        charles charlie chuck chas carlos carl karl
        charlotte charlie lottie
        christina christine chris tina chrissy
        christopher chris kit topher christian
        daniel dan danny danielle
        david dave davy
        deborah debra deb debbie
        donald don donnie
        dorothy dot dolly dottie
        edward ed eddie ted teddy ned eduard eduardo
        elizabeth liz lizzie beth betty eliza elisabeth lisa elsie libby bess
        emily em emma millie
        eleanor ellie nora nell
        francis frank fran francisco paco franz
        frances fran francesca franny
        frederick fred freddie fritz friedrich
        gabriel gabe gabi gabriella gabrielle
        gerald gerry jerry gerard
        gregory greg
        harold harry hal
        henry harry hal hank heinrich heinz
        isabella isabel bella izzy isabelle
        jacob jake jakob
        jacqueline jackie
        james jim jimmy jamie jaime
        jennifer jen jenny jenna
        jessica jess jessie
        john johnny jack jon johann hans johannes jan
        jonathan jon jonny nathan
        joseph joe joey josef jose pepe
        joshua josh
        judith judy
        julia julie julian
        kenneth ken kenny
        kimberly kim kimberley
        lawrence larry laurence lorenzo
        leonard leo len lenny leonardo
        lucas luke luca lukas
        margaret maggie meg peggy marge margarethe greta rita margie
        maria marie mary mia miriam
        martha marty patty
        matthew matt matteo matthias
        maximilian max maxwell
        michael mike mick mickey micky miguel michel mikey
        natalie nat nataliya
        nathaniel nate nathan nat
        nicholas nick nicky nico niklas nicolas nicola
        olivia liv livvy
        oliver ollie
        pamela pam
        patricia pat patty trish tricia
        patrick pat paddy
        peter pete pedro pierre piet
        philip phil phillip philipp
        rebecca becky becca bec
        richard rick ricky dick rich ricardo
        robert rob bob bobby robbie bert roberto
        ronald ron ronnie
        rosemary rose rosie
        samantha sam sammy
        samuel sam sammy
        sarah sally sara
        sebastian seb bastian basti
        sophia sophie sofia
        stephanie steph steffi stefanie
        stephen steven steve stefan esteban
        susan sue susie suzanne
        theodore ted teddy theo
        theresa teresa terry tess tessa
        thomas tom tommy tomas
        timothy tim timmy
        valerie val
        victoria vicky tori vic
        vincent vince vinny vincenzo
        virginia ginny
        walter walt wally
        wilhelm willi willy
        william will bill billy willy liam guillermo
        zachary zach zac zack
        """
}
