/** How somebody comes in who has an account: by a password, by a token, by a certificate; and who does not. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Link from "../../src/testing/Link.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { authority } from "../transport/tls/pairs.ts"
import { files, trust } from "../suites/secureWorlds.ts"
import { live, tcp, unhurried, user2 } from "../suites/transportWorld.ts"
import { IrcClient, member, type Server, stranger } from "./scripted.ts"

const base64 = (text: string) => Buffer.from(text).toString("base64")

/** A token of somebody, who is registered with it. */
const tokenOf = Effect.fnUntraced(function* (server: Server, name: string) {
  const client = yield* user2(server, name)
  yield* client.link.abort
  const user = (yield* server.accounts.find(name)).pipe((found) =>
    found._tag === "Some" ? found.value : assert.fail(),
  )
  return Redacted.value((yield* server.accounts.issueToken(user, { label: "irc" })).token)
})

live("comes in by a token in place of the password, under the name that it is of", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const token = yield* tokenOf(server, "ann")
    const one = yield* stranger(server)
    yield* one.send(`PASS ${token}`, "NICK ann", "USER u 0 * :x")
    yield* one.until(/ 001 ann /)
    const other = yield* stranger(server)
    yield* other.send("CAP REQ :sasl", "NICK irc-ann", "USER u 0 * :x", "AUTHENTICATE PLAIN")
    yield* other.send(`AUTHENTICATE ${base64(`\0ann\0${token}`)}`)
    yield* other.until(/ 900 \S+ ann!u@natter ann :/)
    yield* other.ask("CAP END", / 001 ann :/)
    const eve = yield* stranger(server)
    yield* eve.send(`PASS ${token}`, "NICK eve", "USER u 0 * :x")
    yield* eve.until(/ 464 /)
    yield* eve.until(/^ERROR /)
  }),
)

live("is not let in with an account that was disabled behind the proof", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const ann = yield* member(server, "ann")
    yield* ann.send("QUIT")
    const again = yield* stranger(server)
    yield* again.send("CAP REQ :sasl", "NICK ann", "USER u 0 * :x", "AUTHENTICATE PLAIN")
    yield* again.ask(`AUTHENTICATE ${base64("\0ann\0secret-ann")}`, / 903 /)
    yield* server.accounts.disable("ann")
    yield* again.send("CAP END")
    yield* again.until(/ 464 ann :The account is disabled/)
    yield* again.until(/^ERROR /)
  }),
)

live("lets people try again where a password was wrong", tcp.layer(), (server) =>
  Effect.gen(function* () {
    yield* member(server, "ann")
    const again = yield* stranger(server)
    yield* again.send("CAP REQ :sasl", "NICK ann", "USER u 0 * :x", "AUTHENTICATE PLAIN")
    yield* again.ask(`AUTHENTICATE ${base64("\0ann\0wrong")}`, / 904 /)
    yield* again.send("AUTHENTICATE PLAIN")
    yield* again.ask(`AUTHENTICATE ${base64("\0ann\0secret-ann")}`, / 903 /)
    yield* again.ask("CAP END", / 001 ann /)
  }),
)

const clients = authority()
const clientCa = path.join(path.dirname(files.cert), "clients.pem")
fs.writeFileSync(clientCa, clients.cert)
const certified = clients.client("ann")

const withCertificates = TestServer.layerTcp(
  { ...unhurried(), tls: { ...files, clientCa, clientCertificates: "optional" } },
  Link.tls({ ...trust, ...certified }),
)

live("comes in by a certificate", withCertificates, (server) =>
  Effect.gen(function* () {
    // The account has to be there.
    const first = new IrcClient(yield* server.connect())
    yield* first.send("PASS secret-ann", "NICK ann", "USER u 0 * :x")
    yield* first.until(/ 001 ann /)
    const again = new IrcClient(yield* server.connect())
    yield* again.send("CAP LS 302", "NICK ann", "USER u 0 * :x", "CAP REQ :sasl")
    yield* again.until(/ LS :.*sasl=PLAIN,EXTERNAL/)
    yield* again.send("AUTHENTICATE EXTERNAL")
    yield* again.until(/^AUTHENTICATE \+$/)
    yield* again.ask("AUTHENTICATE +", / 903 /)
    yield* again.ask("CAP END", / 001 ann /)
  }),
)
