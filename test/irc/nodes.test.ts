/** Where a channel runs elsewhere: at another node, or in another thread. */
import { assert, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { ChatServer } from "../../src/server/ChatServer.ts"
import { defaults, type ServerSettings } from "../../src/server/ServerSettings.ts"
import * as Link from "../../src/testing/Link.ts"
import { Patience } from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { cluster } from "../suites/clusterWorld.ts"
import { alone, user2 } from "../suites/transportWorld.ts"
import { IrcClient, member } from "./scripted.ts"

alone("talks at a node that has not the channel, and knows what was said", () =>
  Effect.gen(function* () {
    const { servers } = yield* cluster(
      2,
      () => 1,
      { hub: { presence: { ...defaults.hub.presence, grace: Duration.millis(50) } } },
      (settings) => TestServer.layerTcp(settings),
    )
    const ann = yield* member(servers[0]!, "ann", ["draft/chathistory", "batch", "echo-message"])
    yield* ann.ask("JOIN #den", / 353 ann = #den :@ann$/)
    const ben = yield* user2(servers[1]!, "ben")
    yield* ben.ask({ type: "Join", channel: "den" }, "Joined")
    yield* ann.until(/^:ben!u@natter JOIN #den$/)
    yield* ann.ask("PRIVMSG #den :hello", /^:ann!u@natter PRIVMSG #den :hello$/)
    while ((yield* ben.until("Message")).content !== "hello");
    yield* ben.ask({ type: "Publish", channel: "den", id: "1", content: "hello yourself" }, "Published")
    yield* ann.until(/^:ben!u@natter PRIVMSG #den :hello yourself$/)
    yield* ann.ask("PRIVMSG ben :psst", /^:ann!u@natter PRIVMSG ben :psst$/)
    while ((yield* ben.until("Message")).content !== "psst");
    yield* ann.ask("CHATHISTORY LATEST #den * 10", /^@batch=\S+ :ann!u@natter PRIVMSG #den :hello$/)
    yield* ann.until(/^@batch=\S+ :ben!u@natter PRIVMSG #den :hello yourself$/)
    const cat = yield* member(servers[1]!, "cat")
    for (const channel of ["#hall", "#den"])
      yield* Effect.andThen(cat.ask(`JOIN ${channel}`, / 366 /), ann.send(`JOIN ${channel}`))
    yield* ann.until(/^:cat!u@natter JOIN #den$/)
    yield* cat.send("QUIT")
    yield* ann.until(/^:cat!u@natter QUIT /)
    assert.notMatch((yield* ann.settled).join("\n"), /cat!/)
  }),
)

const folder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-"))),
  (data) => Effect.sync(() => fs.rmSync(data, { recursive: true })),
)

it.live(
  "talks where threads hold the connections",
  () =>
    Effect.gen(function* () {
      const settings: ServerSettings = {
        ...defaults,
        gateways: 2,
        data: yield* folder,
        tcp: { ...defaults.tcp, port: 0 },
        accounts: { ...defaults.accounts, mode: "guest" },
        page: { ...defaults.page, enabled: false },
      }
      const { address } = Context.get(yield* Layer.build(Layer.fresh(ChatServer.layer(settings))), ChatServer)
      const come = Effect.fnUntraced(function* (nick: string) {
        const client = new IrcClient(yield* Link.tcp(address))
        yield* client.send(`NICK ${nick}`, "USER u 0 * :x")
        yield* client.until(/ 422 /)
        yield* client.ask("JOIN #den", / 366 /)
        return client
      })
      const clients = yield* Effect.forEach(
        Array.from({ length: 6 }, (_, n) => `guest${n}`),
        come,
      )
      yield* clients[0]!.send("PRIVMSG #den :hello")
      for (const client of clients.slice(1)) yield* client.until(/^:guest0!u@natter PRIVMSG #den :hello$/)
      assert.notInclude(clients[0]!.log.join("\n"), ":hello")
    }).pipe(
      Effect.scoped,
      Effect.provideService(References.MinimumLogLevel, "None"),
      Effect.provideService(Patience, Duration.seconds(15)),
    ),
  30_000,
)
