import Console
import HTTPTypes
import Serving

extension Reply {
    /// A page, and what it may do: load what this hub serves, send forms to this hub, and nothing else.
    static func page(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Reply {
        var reply = Reply(status: status, mediaType: "text/html; charset=utf-8", bytes: bytes)
        reply.fields[.contentSecurityPolicy] =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
        reply.fields[.frameOptions] = "DENY"
        reply.fields[.referrerPolicy] = "same-origin"
        reply.fields[.openerPolicy] = "same-origin"
        return reply
    }

    static func seeOther(_ address: String) -> Reply {
        var reply = page([], status: .seeOther)
        reply.fields[.location] = address
        return reply
    }

    /// A file's address carries its version, so a browser need not ask again.
    static func file(_ file: ConsoleFile, isVersioned: Bool) -> Reply {
        var reply = Reply(mediaType: file.mediaType, bytes: file.bytes)
        reply.fields[.cacheControl] = isVersioned ? "public, max-age=31536000, immutable" : "no-cache"
        return reply
    }

    /// A browser asks for the page once more, also one without scripts.
    func again(afterSeconds seconds: Int) -> Reply {
        var reply = self
        reply.fields[.refreshAfter] = String(seconds)
        return reply
    }

    func setting(_ cookies: String...) -> Reply {
        var reply = self
        for cookie in cookies { reply.fields.append(HTTPField(name: .setCookie, value: cookie)) }
        return reply
    }
}
