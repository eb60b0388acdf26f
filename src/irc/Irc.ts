/** IRC (RFC 2812, IRCv3) as a dialect of a session (docs/adr/0064). */
import type { Dialect } from "../session/Dialect.ts"
import type { Session } from "../session/Session.ts"
import { begins } from "./begins.ts"
import type { IrcSettings } from "./IrcSettings.ts"
import { LineReader } from "./LineReader.ts"
import * as Protocol from "./Protocol.ts"

export const make = (settings: IrcSettings): Dialect<Session> => ({
  name: "irc",
  begins,
  makeReader: (maxBytes) => new LineReader(maxBytes),
  protocol: Protocol.make(settings).protocolFor(new Set()),
})
