import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Sockets from "../../../src/cli/serve/systemd/Sockets.ts"
import * as ServerConfig from "../../../src/server/ServerConfig.ts"
import { defaults } from "../../../src/server/ServerSettings.ts"
import { everything, type Place } from "../../../src/transport/Place.ts"

const environment = (given: Record<string, string>): Record<string, string | undefined> => ({ HOME: "/", ...given })
const places = (given: Record<string, string>) => Effect.runSync(Sockets.take(environment(given), 7)).places

describe("sockets from systemd", () => {
  it("are those behind the standard ones, and told once", () => {
    const given = environment({ LISTEN_PID: "7", LISTEN_FDS: "2", LISTEN_FDNAMES: "natter.socket:admin" })
    assert.deepStrictEqual(Effect.runSync(Sockets.take(given, 7)), {
      places: [
        { language: "any", tls: "maybe", kind: "fd", fd: 3, name: "natter.socket" },
        { language: "any", tls: "maybe", kind: "fd", fd: 4, name: "admin" },
      ],
      notes: [],
    })
    assert.deepStrictEqual(given, { HOME: "/" })
    assert.deepStrictEqual(Effect.runSync(Sockets.take(given, 7)), { places: [], notes: [] })
  })

  it.each([
    ["https", "http", "always"],
    ["natter-https", "http", "always"],
    ["natter-tls.socket", "natter", "always"],
    ["chat_WS", "http", "never"],
    ["tcp", "natter", "never"],
    ["any", "any", "maybe"],
    ["httpsx", "any", "maybe"],
    ["constructor", "any", "maybe"],
    ["", "any", "maybe"],
  ] as const)("called %j speak %s, with TLS %s", (name, language, tls) => {
    const [place] = places({ LISTEN_PID: "7", LISTEN_FDS: "1", LISTEN_FDNAMES: name })
    assert.deepInclude(place, { language, tls, name: name || "unknown" })
  })

  it("have no names where systemd is older than those", () =>
    assert.deepStrictEqual(
      places({ LISTEN_PID: "7", LISTEN_FDS: "2" }).map((place) => place.kind === "fd" && place.name),
      ["unknown", "unknown"],
    ))

  it("are none where there are none", () => {
    assert.deepStrictEqual(places({}), [])
    assert.deepStrictEqual(places({ LISTEN_PID: "7", LISTEN_FDS: "0" }), [])
  })

  it.each([["8"], [undefined]])("of another process are passed over: %s", (pid) => {
    const given = environment({ LISTEN_FDS: "1", LISTEN_FDNAMES: "x", ...(pid && { LISTEN_PID: pid }) })
    const { notes, places } = Effect.runSync(Sockets.take(given, 7))
    assert.deepStrictEqual(places, [])
    assert.match(
      notes.join(),
      /^LISTEN_FDS is passed over: it is meant for process .*, and this is 7; ExecStart= has to/,
    )
    assert.deepStrictEqual(given, { HOME: "/" })
  })

  it.each([
    [{ LISTEN_FDS: "x" }, /^LISTEN_FDS is "x": it has to be a number from 0 to 256$/],
    [{ LISTEN_FDS: "-1" }, /LISTEN_FDS is "-1"/],
    [{ LISTEN_FDS: "" }, /LISTEN_FDS is ""/],
    [{ LISTEN_FDS: "257" }, /LISTEN_FDS is "257"/],
    [{ LISTEN_FDS: "2", LISTEN_FDNAMES: "a" }, /^LISTEN_FDNAMES has 1 names, and LISTEN_FDS says there are 2 sockets$/],
  ])("that cannot be right are refused: %j", (given, expected) => {
    const error = Effect.runSync(Effect.flip(Sockets.take(environment({ LISTEN_PID: "7", ...given }), 7)))
    assert.match(error.message, expected)
  })

  const handed: Place = { ...everything, kind: "fd", fd: 3, name: "natter" }
  const set = (name: string, value: string) => ({
    settings: { ...defaults, listen: [{ ...everything, kind: "unix", path: "/s", mode: 0o600 }] } as const,
    inForce: [{ name, value, from: "natter.yaml" }],
  })

  const settingsWith = (...given: Parameters<typeof Sockets.settingsWith>) =>
    Effect.runSync(Sockets.settingsWith(...given))

  it("take a certificate where their name says TLS", () => {
    const secure: Place = { language: "http", tls: "always", kind: "fd", fd: 3, name: "natter-https" }
    assert.strictEqual(
      Effect.runSync(Effect.flip(Sockets.settingsWith(set("data", "x"), [secure]))).message,
      "TLS is spoken on the socket natter-https (descriptor 3), as its name says, which takes tls.cert and tls.key",
    )
  })

  it("are listened on before all else, and instead of a host and port that nobody has set", () => {
    const { listen, tcp } = settingsWith(set("data", "x"), [handed])
    assert.deepStrictEqual(
      listen.map(({ kind }) => kind),
      ["fd", "unix"],
    )
    assert.isFalse(tcp.listen)
    for (const name of ["host", "port", "tcp.listen"]) {
      assert.isTrue(settingsWith(set(name, "x"), [handed]).tcp.listen, name)
    }
    assert.isTrue(settingsWith(set("data", "x"), []).tcp.listen)
  })

  it("come beside settings that exist", () => {
    for (const name of ["host", "port", "tcp.listen"]) assert.property(ServerConfig.settings, name)
  })
})
