import { assert, describe, it } from "@effect/vitest"
import * as NodePath from "@effect/platform-node/NodePath"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as PlatformError from "effect/PlatformError"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { configurationReference } from "../../scripts/docs/ConfigurationReference.ts"
import { setInCodeOnly } from "../../src/server/internal/settings.ts"
import * as ServerConfig from "../../src/server/ServerConfig.ts"
import { defaults } from "../../src/server/ServerSettings.ts"

type Files = Readonly<Record<string, string>>

/** A current folder with these files in it. */
const folder = (files: Files) =>
  Layer.mergeAll(
    NodePath.layer,
    FileSystem.layerNoop({
      exists: (file) => Effect.succeed(file in files),
      readFileString: (file) => {
        const content = files[file]
        return content === undefined
          ? Effect.fail(PlatformError.systemError({ _tag: "NotFound", module: "FileSystem", method: "readFileString" }))
          : Effect.succeed(content)
      },
    }),
  )

const load = (given: Partial<ServerConfig.Sources> & { readonly files?: Files }) =>
  ServerConfig.load({ environment: {}, flags: {}, ...given }).pipe(Effect.provide(folder(given.files ?? {})))

const problems = (given: Parameters<typeof load>[0]) => Effect.map(Effect.flip(load(given)), ({ problems }) => problems)

/** What is in force and not by default. */
const given = (loaded: ServerConfig.Configuration) =>
  Object.fromEntries(
    loaded.inForce.flatMap(({ from, name, value }) => (from === undefined ? [] : [[name, `${value} (${from})`]])),
  )

const names = Object.keys(ServerConfig.settings) as Array<keyof typeof ServerConfig.settings>
const settingOf = (name: keyof typeof ServerConfig.settings) =>
  ServerConfig.settings[name] as ServerConfig.Setting<unknown>

/** The values of a structure by their paths. */
const leaves = (value: unknown, path = ""): Map<string, string> => {
  if (Duration.isDuration(value)) return new Map([[path, Duration.format(value)]])
  if (Redacted.isRedacted(value)) return new Map([[path, String(Redacted.value(value))]])
  // A list is one value.
  if (Array.isArray(value)) return new Map([[path, JSON.stringify(value)]])
  if (typeof value !== "object" || value === null) return new Map([[path, String(value)]])
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, `${path}.${key}`)]))
}

describe("the table of settings", () => {
  it("has names that can be told apart in the environment and in a file", () => {
    const variables = names.map(ServerConfig.environmentName)
    assert.strictEqual(new Set(variables).size, names.length)
    for (const name of names) {
      assert.match(name, /^[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)?$/)
      assert.deepStrictEqual(
        names.filter((other) => other.startsWith(`${name}.`)),
        [],
        `${name} is a setting, so it cannot be a group`,
      )
    }
  })

  it("is what docs/CONFIGURATION.md was made from", () => {
    const file = path.join(import.meta.dirname, "../..", configurationReference.path)
    assert.strictEqual(fs.readFileSync(file, "utf8"), configurationReference.render())
  })

  it("has a flag for what is set most", () => {
    assert.deepStrictEqual(names.filter((name) => settingOf(name).flag !== undefined).map(ServerConfig.flagName), [
      "host",
      "port",
      "listen",
      "gateways",
      "data",
      "storage",
      "accounts",
      "rate-limits",
      "log-level",
      "log-format",
      "tls-cert",
      "tls-key",
    ])
  })

  it.each(names)("%s reads its default as it shows it", (name) => {
    const { default: value, kind } = settingOf(name)
    assert.deepStrictEqual(kind.parse(kind.show(value)), value)
  })

  /** A value other than the default. */
  const others: Readonly<Partial<Record<string, string>>> = {
    host: "::1",
    listen: "unix:/run/natter/natter.sock",
    gateways: "2",
    data: "elsewhere",
    storage: "memory",
    "sqlite.synchronous": "normal",
    "postgres.url": "postgres://localhost/natter",
    "cluster.address": "10.0.0.5:7001",
    "cluster.listen": "[::]:7001",
    "cluster.secret": "another secret",
    "cluster.tls-cert": "node.pem",
    "cluster.tls-key": "node-key.pem",
    "cluster.tls-ca": "nodes.pem",
    accounts: "closed",
    "log.level": "fatal",
    "log.format": "json",
    "messages.durability": "memory",
    "access-tokens.issuer": "https://chat.example.org",
    "access-tokens.audience": "https://chat.example.org",
    "oidc.issuer": "https://issuer.example.org",
    "oidc.audience": "chat",
    "oidc.jwks": "https://issuer.example.org/keys",
    "oidc.name-claim": "email",
    "oidc.role-claim": "roles",
    "oidc.admin-value": "chat-admin",
    "tls.cert": "cert.pem",
    "tls.key": "key.pem",
    "tls.passphrase": "secret",
    "tls.min-version": "1.3",
    "tls.client-ca": "ca.pem",
    "tls.client-certificates": "required",
    "tls.client-name": "email",
    "proxies.trusted": "10.0.0.0/8",
    "proxies.protocol": "required",
    "proxies.header": "forwarded",
    "sse.path": "/events",
    "websocket.path": "/chat",
    "websocket.origins": "https://chat.example.org",
    "api.origins": "https://chat.example.org",
    "webhooks.allow": "10.0.0.0/8",
    "files.store": "s3",
    "files.scan-command": "clamdscan --no-summary -",
    "files.scan-url": "http://localhost:9000/scan",
    "bucket.name": "chat-files",
    "bucket.endpoint": "http://localhost:9000",
    "bucket.region": "eu-central-1",
    "bucket.prefix": "chat/files/",
    "bucket.access-key": "another",
    "bucket.secret-key": "another secret",
    "metrics.path": "/watch/metrics",
    "metrics.allow": "192.0.2.0/24",
    "otlp.endpoint": "http://localhost:4318",
    "files.origin": "https://files.example.org",
    "irc.origin": "https://chat.example.org",
    "otlp.headers": "authorization=Bearer secret",
    "otlp.traces": "0.01",
  }
  const other = (name: keyof typeof ServerConfig.settings): string => {
    const { default: value, kind } = settingOf(name)
    if (others[name] !== undefined) return others[name]
    if (typeof value === "boolean") return value ? "off" : "on"
    if (Duration.isDuration(value)) return kind.show(Duration.sum(value, Duration.seconds(1)))
    if (kind.allowed.startsWith("a percentage")) return "33%"
    const more = String((value as number) + 1)
    return kind.parse(more) === undefined ? String((value as number) - 1) : more
  }

  it.effect("sets one thing with each setting, and another with every other", () =>
    Effect.gen(function* () {
      const set = (variables: Readonly<Record<string, string>>) =>
        Effect.map(load({ environment: variables }), ({ settings }) => leaves(settings))
      // Alone these say too little.
      const tls = { NATTER_TLS_CERT: "c", NATTER_TLS_KEY: "k", NATTER_TLS_CLIENT_CA: "a" }
      const bucket = { NATTER_BUCKET_NAME: "b00", NATTER_BUCKET_ACCESS_KEY: "key", NATTER_BUCKET_SECRET_KEY: "secret" }
      const oidc = { NATTER_OIDC_AUDIENCE: "natter" }
      const cluster = {
        NATTER_STORAGE: "postgres",
        NATTER_POSTGRES_URL: "postgres://localhost/nodes",
        NATTER_CLUSTER_ADDRESS: "10.0.0.4:7001",
        NATTER_CLUSTER_TLS_CERT: "c",
        NATTER_CLUSTER_TLS_KEY: "k",
        NATTER_CLUSTER_TLS_CA: "a",
      }
      const before = yield* set({})
      const withTls = yield* set(tls)
      const withOidc = yield* set(oidc)
      const withBucket = yield* set(bucket)
      const withCluster = yield* set(cluster)
      const owners = new Map<string, string>()
      for (const name of names) {
        const [base, others] = name.startsWith("tls.")
          ? [withTls, tls]
          : name.startsWith("oidc.")
            ? [withOidc, oidc]
            : name.startsWith("bucket.") || name === "files.store"
              ? [withBucket, bucket]
              : name.startsWith("cluster.")
                ? [withCluster, cluster]
                : [before, {}]
        const after = yield* set({ ...others, [ServerConfig.environmentName(name)]: other(name) })
        const changed = [...new Set([...base.keys(), ...after.keys()])].filter(
          (path) => base.get(path) !== after.get(path),
        )
        assert.isAbove(changed.length, 0, name)
        // These two switch whole limits off, and a limit has settings of its own.
        if (name === "rate-limits" || name === "compression") continue
        assert.strictEqual(changed.length, 1, `${name} sets ${changed.join(" and ")}`)
        assert.isUndefined(owners.get(changed[0]!), `${name} sets what ${owners.get(changed[0]!)} sets`)
        owners.set(changed[0]!, name)
      }
      // The switch of compression sets an algorithm, of which nothing is a field of its own.
      const others = [...before.keys()].filter(
        (path) => !owners.has(path) && !path.startsWith(".session.compressor") && path !== "",
      )
      assert.deepStrictEqual(
        others.map((path) => path.slice(1)),
        Object.keys(setInCodeOnly),
      )
    }),
  )
})

describe("the settings of a cluster", () => {
  const on = { NATTER_CLUSTER_ENABLED: "on" }
  const database = { NATTER_STORAGE: "postgres", NATTER_POSTGRES_URL: "postgres://localhost/natter" }
  const at = { NATTER_CLUSTER_ADDRESS: "10.0.0.5:7001" }
  it.effect.each([
    [on, /takes a database that all nodes share: set storage to postgres/],
    [{ ...on, ...database }, /cluster\.address has to say where the other nodes reach this one/],
    [{ ...on, ...database, NATTER_CLUSTER_ADDRESS: "10.0.0.5" }, /it has to be none or HOST:PORT/],
    [{ ...on, ...database, NATTER_CLUSTER_ADDRESS: "10.0.0.5:70000" }, /it has to be none or HOST:PORT/],
    [{ ...on, ...database, ...at, NATTER_CLUSTER_TLS_CERT: "node.pem" }, /give all three, or none/],
  ] as const)("that do not go together are said: %o", ([environment, problem]) =>
    Effect.map(problems({ environment }), ([first]) => assert.match(first!, problem)),
  )

  it.effect("are an address and a database, and nothing more", () =>
    Effect.map(load({ environment: { ...on, ...database, ...at } }), ({ settings }) => {
      assert.deepStrictEqual(settings.cluster, { ...defaults.cluster, enabled: true, address: "10.0.0.5:7001" })
    }),
  )
})

describe("loading settings", () => {
  it.effect("has the defaults where nothing is given", () =>
    Effect.gen(function* () {
      const loaded = yield* load({ environment: { PATH: "/bin", NATTER_PORT: undefined } })
      assert.deepStrictEqual(loaded.settings, defaults)
      assert.deepStrictEqual(given(loaded), {})
      assert.deepStrictEqual(
        loaded.inForce.map(({ name }) => name),
        names,
      )
    }),
  )

  it.effect("takes flags before the file and the file before the environment", () =>
    Effect.gen(function* () {
      const environment = { NATTER_HOST: "a", NATTER_PORT: "1", NATTER_DATA: "a", NATTER_OUTBOX_BYTES: "128KiB" }
      const files = { "natter.yaml": "host: b\nport: 2\noutbox:\n  bytes: 1 MiB" }
      const loaded = yield* load({ environment, files, flags: { host: "c", port: undefined } })
      assert.deepStrictEqual(given(loaded), {
        host: "c (--host)",
        port: "2 (natter.yaml)",
        data: "a (NATTER_DATA)",
        "outbox.bytes": "1 MiB (natter.yaml)",
      })
      assert.strictEqual(loaded.settings.hub.outbox.bytes, 1024 * 1024)
      assert.deepStrictEqual(loaded.settings.tcp, { ...defaults.tcp, host: "c", port: 2 })
    }),
  )

  const content: Files = {
    "natter.yaml": "port: 9000 # high\nrate-limits: off\nheartbeat:\n  ping-after: 1m 30s\nlog.level: Debug\n",
    "natter.yml": "{port: 9000, rate-limits: 'off', heartbeat: {ping-after: 90s}, log: {level: debug}}",
    "natter.toml": 'port = 9000\nrate-limits = false\n[heartbeat]\nping-after = "90 seconds"\n[log]\nlevel = "debug"',
    "natter.json":
      '{"port": 9000, "rate-limits": false, "heartbeat": {"ping-after": "90000 ms"}, "log": {"level": "DEBUG"}}',
  }

  it.effect.each(Object.keys(content))("reads %s of the current folder", (file) =>
    Effect.gen(function* () {
      const loaded = yield* load({ files: { [file]: content[file]! } })
      assert.deepStrictEqual(given(loaded), {
        port: `9000 (${file})`,
        "rate-limits": `off (${file})`,
        "heartbeat.ping-after": `1m 30s (${file})`,
        "log.level": `debug (${file})`,
      })
      assert.isUndefined(loaded.settings.hub.publishing)
      assert.isUndefined(loaded.settings.session.frames)
    }),
  )

  it.effect("reads the file that a flag names, or else NATTER_CONFIG, and no other", () =>
    Effect.gen(function* () {
      const files = { "natter.yaml": "port: 1", "a.json": '{"port": 2}', "b.TOML": "port = 3" }
      const environment = { NATTER_CONFIG: "a.json" }
      assert.deepStrictEqual(given(yield* load({ files, environment })), { port: "2 (a.json)" })
      assert.deepStrictEqual(given(yield* load({ files, environment, file: "b.TOML" })), { port: "3 (b.TOML)" })
    }),
  )

  it.effect("refuses to guess which file counts", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* problems({ files: { "natter.json": "{}", "natter.yaml": "" } }), [
        "there are natter.yaml and natter.json here: name the one that counts with --config, or keep only one",
      ])
    }),
  )

  it.effect.each([
    ["gone.yaml", {}, "there is no config file gone.yaml"],
    ["a.ini", { "a.ini": "" }, "config file a.ini: its name has to end in .yaml, .yml, .toml, .json"],
    ["a.toml", { "a.toml": "port = " }, "config file a.toml is not TOML: Expected a value at line 1, column 8"],
    ["a.yaml", { "a.yaml": "port: 1\nhost: a: b" }, /^config file a\.yaml is not YAML: .* line 2$/],
    ["a.json", { "a.json": '{"port": ' }, /^config file a\.json is not JSON: .*end of JSON input/],
    ["a.json", { "a.json": "[1]" }, "a.json has to hold names of settings and their values"],
  ] as const)("refuses the file %s with %j", ([file, files, expected]) =>
    Effect.gen(function* () {
      const [problem, ...more] = yield* problems({ file, files })
      assert.deepStrictEqual(more, [])
      if (typeof expected === "string") assert.strictEqual(problem, expected)
      else assert.match(problem!, expected)
    }),
  )

  // Run as root, everything can be read: the file system is asked to say no instead.
  it.effect("says that a file may not be read", () =>
    Effect.gen(function* () {
      const error = PlatformError.systemError({ _tag: "PermissionDenied", module: "FileSystem", method: "readFile" })
      const denied = FileSystem.layerNoop({ readFileString: () => Effect.fail(error) })
      const { problems } = yield* ServerConfig.load({ environment: {}, flags: {}, file: "a.yaml" }).pipe(
        Effect.provide([denied, NodePath.layer]),
        Effect.flip,
      )
      assert.deepStrictEqual(problems, ["config file a.yaml can't be read: permission denied"])
    }),
  )

  it.effect("tells everything that is wrong at once: the setting, the value, its source and what is allowed", () =>
    Effect.gen(function* () {
      const environment = { NATTER_PORT: "abc", NATTER_OUTBOX_BYTES: "1 Mib", NATTER_LOGINS_WINDOW: "900" }
      const files = {
        "natter.yaml": "accounts: everybody\nfrom: me\ntcp:\n  reuse-port: maybe\noutbox.shed-typing: 0.5",
      }
      assert.deepStrictEqual(yield* problems({ environment, files, flags: { host: "", "log.level": "loud" } }), [
        'natter.yaml: there is no setting "from"; `natter config` lists them all',
        'host: "" (from --host) is not allowed: it has to be an IP address or a host name, without a port',
        'port: "abc" (from NATTER_PORT) is not allowed: it has to be a whole number from 0 to 65535',
        'accounts: "everybody" (from natter.yaml) is not allowed: it has to be one of open, invite, closed, guest',
        'log.level: "loud" (from --log-level) is not allowed: it has to be one of trace, debug, info, warn, error, fatal, none',
        'tcp.reuse-port: "maybe" (from natter.yaml) is not allowed: it has to be on or off',
        'logins.window: "900" (from NATTER_LOGINS_WINDOW) is not allowed: it has to be a duration from 1s to 1d (units: ms, s, m, h, d, w)',
        'outbox.bytes: "1 Mib" (from NATTER_OUTBOX_BYTES) is not allowed: it has to be a size from 64 KiB to 1 GiB (units: B, KiB, MiB, GiB, kB, MB, GB)',
        'outbox.shed-typing: "0.5" (from natter.yaml) is not allowed: it has to be a percentage from 0% to 100%',
      ])
    }),
  )

  it.effect("does not fall back to a weaker source where the stronger one is wrong", () =>
    Effect.gen(function* () {
      const [problem, ...more] = yield* problems({ environment: { NATTER_PORT: "1" }, flags: { port: "-1" } })
      assert.deepStrictEqual(more, [])
      assert.include(problem!, '"-1" (from --port)')
    }),
  )

  it.effect("refuses names that are no settings, and suggests the nearest", () =>
    Effect.gen(function* () {
      const environment = {
        NATTER_PROT: "1",
        NATTER_OUTBOX_BYTE: "1",
        NATTER_XYZZY: "1",
        natter_x: "",
      }
      const files = {
        "natter.json":
          '{"rate-limit": "off", "outbox": {"byte": 1, "deep": {"er": 1}}, "prot": null, "hub": null, "__proto__": 1}',
      }
      assert.deepStrictEqual(yield* problems({ environment, files }), [
        "NATTER_PROT: there is no such setting; did you mean NATTER_PORT?",
        "NATTER_OUTBOX_BYTE: there is no such setting; did you mean NATTER_OUTBOX_BYTES?",
        "NATTER_XYZZY: there is no such setting; `natter config` lists them all",
        'natter.json: there is no setting "rate-limit"; did you mean rate-limits?',
        'natter.json: there is no setting "outbox.byte"; did you mean outbox.bytes?',
        'natter.json: there is no setting "outbox.deep.er"; `natter config` lists them all',
        'natter.json: there is no setting "prot"; did you mean port?',
        "natter.json: there is nothing in hub: put settings into it, or leave it out",
        'natter.json: there is no setting "__proto__"; `natter config` lists them all',
      ])
    }),
  )

  const modes = "it has to be one of open, invite, closed, guest"
  it.effect.each([
    ["a line of YAML with nothing behind it", { files: { "natter.yaml": "accounts:\nport: 1" } }, "natter.yaml"],
    ["null", { files: { "natter.yaml": "accounts: ~" } }, "natter.yaml"],
    ["an empty text in TOML", { files: { "natter.toml": 'accounts = ""' } }, "natter.toml"],
    ["null in JSON", { files: { "natter.json": '{"accounts": null}' } }, "natter.json"],
    ["an empty variable", { environment: { NATTER_ACCOUNTS: "" } }, "NATTER_ACCOUNTS"],
    ["an empty flag", { flags: { accounts: "" } }, "--accounts"],
  ] as const)("refuses what is empty rather than take the default: %s", ([, given, from]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* problems(given), [`accounts: "" (from ${from}) is not allowed: ${modes}`])
    }),
  )

  it.effect("refuses what is wrong also where something else counts before it", () =>
    Effect.gen(function* () {
      const environment = { NATTER_ACCOUNTS: "", NATTER_PORT: "1e3" }
      const files = { "natter.yaml": "accounts:\nport: 80" }
      assert.deepStrictEqual(yield* problems({ environment, files, flags: { accounts: "guest", port: "0" } }), [
        'port: "1e3" (from NATTER_PORT) is not allowed: it has to be a whole number from 0 to 65535',
        `accounts: "" (from natter.yaml) is not allowed: ${modes}`,
        `accounts: "" (from NATTER_ACCOUNTS) is not allowed: ${modes}`,
      ])
    }),
  )

  it.effect.each(["natter_data", "Natter_Data", "NATTER.DATA", "NATTER-DATA", "NATTER__DATA", "NATTER_data"])(
    "refuses a variable that was meant to be one of ours: %s",
    (variable) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* problems({ environment: { [variable]: "x", NATTERER: "y", natter: "z" } }), [
          `${variable}: there is no such setting; did you mean NATTER_DATA?`,
        ])
      }),
  )

  it.effect.each([
    ["[::1]", "::1"],
    ["[::]", "::"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["::ffff:127.0.0.1", "::ffff:127.0.0.1"],
    ["localhost.", "localhost."],
    ["chat-1.exämple.org", "chat-1.exämple.org"],
  ])("takes a host as it is written elsewhere: %s", ([written, host]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* load({ flags: { host: written } })).settings.tcp.host, host)
    }),
  )

  it.effect.each(["127.0.0.1:80", "localhost:80", "[::1]:80", "http://localhost", "*", "a b", "[localhost]", "a@b"])(
    "refuses as a host what holds more, or is a pattern: %s",
    (host) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* problems({ flags: { host } }), [
          `host: "${host}" (from --host) is not allowed: it has to be an IP address or a host name, without a port`,
        ])
      }),
  )

  it.effect("reads places to listen in, and says what is wrong with one", () =>
    Effect.gen(function* () {
      const files = {
        "natter.yaml": "tls: { cert: c, key: k }\nlisten: https://[::]:8443, unix:/run/natter/natter.sock",
      }
      const { settings } = yield* load({ files })
      assert.deepStrictEqual(
        settings.listen.map((place) => place.kind),
        ["tcp", "unix"],
      )
      assert.deepStrictEqual((yield* load({ files, flags: { listen: "none" } })).settings.listen, [])
      assert.deepStrictEqual(yield* problems({ flags: { listen: "any://a:1, https://b" } }), [
        'listen: "any://a:1, https://b" (from --listen) is not allowed: https://b: say which port, as in https://b:8080',
      ])
      assert.match(
        (yield* problems({ flags: { listen: "" } }))[0]!,
        /it has to be none, or places between commas: any:/,
      )
    }),
  )

  it.effect("refuses a place that host and port say already", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* problems({ flags: { host: "::", port: "80", listen: "http://127.0.0.1:80" } }), [
        "listen: 127.0.0.1:80 cannot be listened on beside [::]:80, which is what host and port say: leave it out, set another port, or turn tcp.listen off",
      ])
      const flags = { port: "80", listen: "any://127.0.0.1:80" }
      assert.lengthOf((yield* load({ flags, environment: { NATTER_TCP_LISTEN: "off" } })).settings.listen, 1)
    }),
  )

  it.effect("refuses tags of YAML, which would be part of the text, and files that are not UTF-8", () =>
    Effect.gen(function* () {
      const of = (content: string) => problems({ files: { "natter.yaml": content } })
      assert.match((yield* of("data: !!str 1.10"))[0]!, /not YAML: !!str 1\.10: .* is a tag/)
      assert.match((yield* of("outbox: {bytes: !size 1 MiB}"))[0]!, /is a tag/)
      assert.strictEqual((yield* load({ files: { "natter.yaml": 'data: "!x"' } })).settings.data, "!x")
      assert.deepStrictEqual(yield* of("data: \ufffd\ufffd"), ["config file natter.yaml is not UTF-8: save it as that"])
    }),
  )

  it.effect("refuses an empty secret, blanks, an empty group, and a config file without a name", () =>
    Effect.gen(function* () {
      assert.lengthOf(yield* problems({ environment: { NATTER_POSTGRES_URL: "" } }), 1)
      assert.lengthOf(yield* problems({ environment: { NATTER_DATA: " \n" } }), 1)
      assert.deepStrictEqual(yield* problems({ files: { "natter.yaml": "outbox:\n  # bytes: 1 MiB\n" } }), [
        "natter.yaml: there is nothing in outbox: put settings into it, or leave it out",
      ])
      assert.include((yield* problems({ environment: { NATTER_CONFIG: "" } }))[0], '"" (from NATTER_CONFIG)')
      assert.include((yield* problems({ file: "" }))[0], '"" (from --config)')
    }),
  )

  it.effect.each([
    ["natter.yaml", "port: 1\nport: 2"],
    ["natter.yaml", "outbox.bytes: 1 MiB\noutbox:\n  bytes: 2 MiB"],
    ["natter.yaml", "{outbox: {bytes: 1 MiB}, 'outbox.bytes': 2 MiB}"],
    ["natter.toml", "port = 1\nport = 2"],
    ["natter.toml", '"outbox.bytes" = "1 MiB"\n[outbox]\nbytes = "2 MiB"'],
    ["natter.json", '{"port": 1, "port": 2}'],
    ["natter.json", '{"outbox": {"bytes": 1, "b\\u0079tes": 2}}'],
    ["natter.json", '{"outbox": {"bytes": 70000}, "outbox.bytes": 80000}'],
  ] as const)("refuses a setting that is given twice, in whatever spelling: %s %s", ([file, content]) =>
    Effect.gen(function* () {
      const [problem, ...more] = yield* problems({ files: { [file]: content } })
      assert.deepStrictEqual(more, [])
      assert.match(problem!, /twice|Duplicate|redefine/)
    }),
  )

  it.effect("takes the same name in different groups, and in a text, for no setting given twice", () =>
    Effect.gen(function* () {
      const files = { "natter.json": '{"log": {"level": "debug"}, "data": "{\\"data\\": 1, \\"data\\": 2}"}' }
      assert.strictEqual((yield* load({ files })).settings.data, '{"data": 1, "data": 2}')
    }),
  )

  it.effect.each(["1.10", "1e3", "0x10", "007", "1_000", "True", ".5", "-1", "+1", "1.10 # a comment", "'1.10'"])(
    "takes for a text what stands in YAML: %s",
    (written) =>
      Effect.gen(function* () {
        const expected = written.replace(/ #.*|'/g, "")
        for (const content of [
          `data: ${written}`,
          `{data: ${written.replace(/ #.*/, "")}}`,
          `port: 1\ndata:   ${written}\n`,
        ]) {
          assert.strictEqual((yield* load({ files: { "natter.yaml": content } })).settings.data, expected)
        }
      }),
  )

  it.effect("wants text in quotes where the format has them, and reads numbers as before", () =>
    Effect.gen(function* () {
      const problem = (file: string) => [`data in ${file} has to be text: write it in quotes`]
      assert.deepStrictEqual(yield* problems({ files: { "natter.toml": "data = 1.10" } }), problem("natter.toml"))
      assert.deepStrictEqual(yield* problems({ files: { "natter.json": '{"data": 1.10}' } }), problem("natter.json"))
      const numbers = { "natter.yaml": "port: 8_080\nhistory.max-entries: 1e6 # many\nlog.level: 'warn' # 1: 2" }
      assert.deepStrictEqual(given(yield* load({ files: numbers })), {
        port: "8080 (natter.yaml)",
        "history.max-entries": "1000000 (natter.yaml)",
        "log.level": "warn (natter.yaml)",
      })
    }),
  )

  it.effect("knows where home is, wherever a path is written, and nobody else's home", () =>
    Effect.gen(function* () {
      const home = os.homedir()
      const data = (given: Parameters<typeof load>[0]) => Effect.map(load(given), ({ settings }) => settings.data)
      assert.strictEqual(yield* data({ flags: { data: "~/natter" } }), `${home}/natter`)
      assert.strictEqual(yield* data({ environment: { NATTER_DATA: "~" } }), home)
      assert.strictEqual(yield* data({ files: { "natter.yaml": "data: ~/natter" } }), `${home}/natter`)
      assert.strictEqual(yield* data({ flags: { data: "./~" } }), "./~")
      assert.strictEqual(yield* data({ flags: { data: "a~/b" } }), "a~/b")
      assert.include((yield* problems({ flags: { data: "~ann/natter" } }))[0], "another user's has to be written out")
      const files: Files = { [`${home}/n.yaml`]: "port: 7" }
      assert.strictEqual((yield* load({ files, file: "~/n.yaml" })).settings.tcp.port, 7)
      assert.strictEqual((yield* load({ files, environment: { NATTER_CONFIG: "~/n.yaml" } })).settings.tcp.port, 7)
    }),
  )

  it.effect("says in one line which variables a file overrules, where it says something else", () =>
    Effect.gen(function* () {
      const environment = { NATTER_PORT: "1", NATTER_HOST: "a", NATTER_LOG_LEVEL: "warn", NATTER_STORAGE: "memory" }
      const files = { "natter.yaml": "port: 2\nhost: b\nlog.level: warn\nstorage: sqlite" }
      const { notes } = yield* load({ environment, files, flags: { storage: "memory" } })
      assert.deepStrictEqual(notes, ["NATTER_HOST, NATTER_PORT: not used, since natter.yaml says otherwise"])
      assert.deepStrictEqual((yield* load({ environment })).notes, [])
    }),
  )

  const ofKubernetes = {
    NATTER_SERVICE_HOST: "10.0.0.11",
    NATTER_SERVICE_PORT: "8080",
    NATTER_SERVICE_PORT_CHAT: "8080",
    NATTER_PORT: "tcp://10.0.0.11:8080",
    NATTER_PORT_5555_TCP: "tcp://10.0.0.11:5555",
    NATTER_PORT_5555_TCP_PROTO: "tcp",
    NATTER_PORT_5555_TCP_PORT: "5555",
    NATTER_PORT_5555_TCP_ADDR: "fd00::11",
    NATTER_DB_SERVICE_HOST: "10.0.0.12",
    NATTER_DB_PORT: "udp://[fd00::12]:5432",
  }
  it.effect("passes over what Kubernetes sets for a service of its name, and says so", () =>
    Effect.gen(function* () {
      const loaded = yield* load({ environment: { ...ofKubernetes, NATTER_DATA: "there" } })
      assert.deepStrictEqual(given(loaded), { data: "there (NATTER_DATA)" })
      assert.deepStrictEqual(loaded.notes, [
        `${Object.keys(ofKubernetes).join(", ")}: passed over, since Kubernetes or Docker sets that for a service of this name`,
      ])
    }),
  )

  const ofDocker = {
    NATTER_PORT: "tcp://172.17.0.5:8080",
    NATTER_PORT_8080_TCP_ADDR: "172.17.0.5",
    NATTER_NAME: "/web/natter",
    NATTER_ENV_NODE_VERSION: "24",
    NATTER_1_NAME: "/web/natter_1",
    NATTER_1_ENV_PATH: "/bin",
  }
  it.effect("passes over what Docker sets for a container of its name", () =>
    Effect.gen(function* () {
      const { inForce, notes } = yield* load({ environment: ofDocker })
      assert.isTrue(inForce.every(({ from }) => from === undefined))
      assert.lengthOf(notes, 1)
      for (const name of Object.keys(ofDocker)) assert.include(notes[0], name)
    }),
  )

  it.effect("still refuses a name of ours that is misspelt, or has a value that Kubernetes does not set", () =>
    Effect.gen(function* () {
      const environment = {
        ...ofKubernetes,
        NATTER_PROT: "1",
        NATTER_SERVICE_HOST: "chat.example.org",
        NATTER_PORT: "http",
      }
      assert.deepStrictEqual(yield* problems({ environment }), [
        "NATTER_SERVICE_HOST: there is no such setting; `natter config` lists them all",
        "NATTER_PROT: there is no such setting; did you mean NATTER_PORT?",
        'port: "http" (from NATTER_PORT) is not allowed: it has to be a whole number from 0 to 65535',
      ])
    }),
  )

  it.effect("leaves variables alone that belong to the line client", () =>
    Effect.gen(function* () {
      const environment = { NATTER_NAME: "ann", NATTER_PASSWORD: "x", NATTER_TOKEN: "y" }
      assert.deepStrictEqual(given(yield* load({ environment })), {})
    }),
  )

  it.effect("refuses a group where a value belongs, and a value where a group belongs", () =>
    Effect.gen(function* () {
      const files = { "natter.yaml": "port:\n  - 1\nhost:\n  name: x\ntyping: 2s\n" }
      assert.deepStrictEqual(yield* problems({ files }), [
        "port in natter.yaml has to be a whole number from 0 to 65535",
        "host in natter.yaml has to be an IP address or a host name, without a port",
        "natter.yaml: typing is a group, in which there can be typing.interval",
      ])
    }),
  )

  it.effect.each<readonly [Readonly<Record<string, string>>, RegExp]>([
    [{ NATTER_TLS_CERT: "c" }, /^tls\.cert is given without tls\.key/],
    [
      { NATTER_LISTEN: "http://[::]:80, wss://[::]:443" },
      /^listen has https:\/\/\[::\]:443, which takes tls\.cert and/,
    ],
    [{ NATTER_TLS_KEY: "k" }, /^tls\.key is given without tls\.cert/],
    [{ NATTER_TLS_CLIENT_CERTIFICATES: "required", NATTER_TLS_CLIENT_CA: "a" }, /which takes tls\.cert and tls\.key$/],
    [
      { NATTER_TLS_CLIENT_CERTIFICATES: "optional", NATTER_TLS_CERT: "c", NATTER_TLS_KEY: "k" },
      /tls\.client-ca has to say who certifies clients$/,
    ],
  ])("refuses settings of TLS that do not go together: %j", ([environment, expected]) =>
    Effect.gen(function* () {
      const [problem = "", ...others] = yield* problems({ environment })
      assert.match(problem, expected)
      assert.deepStrictEqual(others, [])
    }),
  )

  it.effect("refuses to stop hard before the grace time is over", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* problems({ environment: { NATTER_SHUTDOWN_GRACE: "30s" } }), [
        "shutdown.hard-stop (30s) has to be longer than shutdown.grace (30s)",
      ])
    }),
  )
})

describe("the settings as a Config", () => {
  it.effect("are read from any provider, by the same names", () =>
    Effect.gen(function* () {
      const settings = yield* ServerConfig.config
      assert.strictEqual(settings.hub.outbox.bytes, 2_000_000)
      assert.deepStrictEqual(settings.session.loginTimeout, Duration.seconds(3))
      assert.strictEqual(settings.tcp.port, defaults.tcp.port)
    }).pipe(
      Effect.provide(
        ConfigProvider.layer(
          ConfigProvider.fromUnknown({ outbox: { bytes: "2 MB" }, session: { "login-timeout": "3 seconds" } }),
        ),
      ),
    ),
  )

  it.effect("fail with what would have been allowed", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(ServerConfig.config.parse(ConfigProvider.fromUnknown({ port: "http" })))
      assert.include(error.message, "a whole number from 0 to 65535")
    }),
  )
})
