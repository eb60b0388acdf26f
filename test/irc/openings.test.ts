/** How known clients begin, after their documentation, and where: on the shared port, byte by byte, and in TLS. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { defaults } from "../../src/irc/IrcSettings.ts"
import * as Irc from "../../src/irc/Irc.ts"
import * as ServerConfig from "../../src/server/ServerConfig.ts"
import * as Link from "../../src/testing/Link.ts"
import * as MemoryTransport from "../../src/testing/MemoryTransport.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { files, trust } from "../suites/secureWorlds.ts"
import { live, memory, tcp, unhurried, user2 } from "../suites/transportWorld.ts"
import { IrcClient, stranger } from "./scripted.ts"

const base64 = (text: string) => Buffer.from(text).toString("base64")

/** Lines it sends, and what it waits for before the next. */
const clients: Readonly<Record<string, ReadonlyArray<string | RegExp>>> = {
  "irssi -w secret-ann": [
    "CAP LS 302",
    "JOIN :",
    / CAP \S+ LS :/,
    "CAP REQ :multi-prefix extended-join away-notify account-tag server-time message-tags",
    / CAP \S+ ACK /,
    "CAP END",
    "PASS secret-ann",
    "NICK ann",
    "USER ann ann 127.0.0.1 :Ann",
    / 001 ann /,
    "MODE ann +i",
    / 422 /,
    "MODE ann",
    / 221 ann /,
    "JOIN #den",
    / 366 /,
    "MODE #den",
    / 324 ann #den :\+n/,
    "WHO #den",
    / 315 /,
    "MODE #den b",
    / 368 /,
  ],
  "weechat with SASL": [
    "CAP LS 302",
    "NICK ann",
    "USER ann 0 * :Ann",
    / CAP \S+ LS :/,
    "CAP REQ :account-tag away-notify batch cap-notify echo-message extended-join message-tags multi-prefix sasl server-time userhost-in-names",
    / CAP \S+ ACK /,
    "AUTHENTICATE PLAIN",
    /^AUTHENTICATE \+$/,
    `AUTHENTICATE ${base64("\0ann\0secret-ann")}`,
    / 900 /,
    / 903 /,
    "CAP END",
    / 001 ann /,
    / 005 ann /,
    "JOIN #den",
    / 353 ann = #den :@ann!u@natter/,
    "MODE #den",
    / 324 /,
    "WHO #den",
    / 315 /,
    "ISON :ann ben",
    / 303 ann :ann$/,
  ],
  ii: ["PASS secret-ann", "NICK ann", "USER ann localhost localhost :ann", / 001 ann /, "JOIN #den", / 366 /],
  "a client of before": [
    "NICK ann",
    "PASS :ann:secret-ann",
    "USER ann 8 * :Ann",
    / 001 /,
    "LIST",
    / 323 /,
    "MOTD",
    / 422 /,
  ],
}

const play = (client: IrcClient, script: ReadonlyArray<string | RegExp>) =>
  Effect.forEach(script, (step) => (typeof step === "string" ? client.send(step) : client.until(step)), {
    discard: true,
  })

describe("begins as clients do", () => {
  for (const [name, script] of Object.entries(clients)) {
    live(name, tcp.layer(), (server) => Effect.flatMap(stranger(server), (client) => play(client, script)))
  }
})

live("is told from everything else byte by byte, beside it on one port", tcp.layer(), (server) =>
  Effect.gen(function* () {
    const client = yield* stranger(server)
    for (const byte of "PASS secret-ann\r\nNICK ann\r\nUSER u 0 * :x\r\n") {
      yield* client.raw(byte)
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    }
    yield* client.until(/ 001 ann /)
    yield* user2(server, "ben")
    const http = yield* stranger(server)
    for (const byte of "PUT /nowhere HTTP/1.1\r\nHost: x\r\n\r\n") yield* http.raw(byte)
    assert.match(yield* http.until(/HTTP/), /^HTTP\/1\.1 40/)
  }),
)

const overTls = TestServer.layerTcp(
  { ...unhurried(), tls: files, listen: [{ kind: "tcp", host: "127.0.0.1", port: 0, language: "irc", tls: "always" }] },
  Link.tls(trust),
)

live("is spoken in TLS, on the one port and at ircs://", overTls, (server) =>
  Effect.gen(function* () {
    for (const { address } of server.listening) {
      const client = new IrcClient(yield* Link.tls(trust)(address))
      yield* play(client, [
        "PASS secret-ann",
        "NICK ann",
        "USER u 0 * :x",
        / 001 /,
        "WHOIS ann",
        / 671 ann /,
        "QUIT",
        /^ERROR/,
      ])
    }
  }),
)

live("needs no socket: any connection can carry it", memory.layer(), (server) =>
  Effect.gen(function* () {
    const { connection, link } = MemoryTransport.make({ split: MemoryTransport.piecesOf(1) })
    yield* Effect.forkIn(
      server.sessions.run(connection, Irc.make({ ...defaults, motd: "Soup is\\nready" })),
      yield* Scope.Scope,
    )
    const client = new IrcClient(link)
    yield* play(client, [
      "NICK ann",
      "PASS secret",
      "USER u 0 * :x",
      / 375 /,
      / 372 ann :- Soup is$/,
      / 372 ann :- ready$/,
      / 376 /,
    ])
    yield* play(client, ["QUIT", /^ERROR/])
  }).pipe(Effect.scoped),
)

live("is not spoken where it is switched off", tcp.layer({ irc: { ...defaults, enabled: false } }), (server) =>
  Effect.gen(function* () {
    const client = yield* stranger(server)
    yield* client.raw("NICK ann\r\n\r\n")
    assert.match(yield* client.until(/HTTP/), /^HTTP\/1\.1 400/)
  }),
)

it.effect("a place for it is a mistake where it is switched off", () =>
  Effect.gen(function* () {
    const wrong = yield* Effect.flip(
      ServerConfig.named("test", { listen: "irc://127.0.0.1:6667", "irc.enabled": "off" }),
    )
    assert.deepStrictEqual(wrong.problems, [
      "listen has a place for irc, but irc.enabled is off: turn it on, or leave the place out",
    ])
    yield* ServerConfig.named("test", { listen: "irc://127.0.0.1:6667" })
  }),
)
