import { defineConfig, type OxlintOverride } from "oxlint"

const base = ["peers", "observability", "protocol", "domain"]
const ports = ["webhooks", "history", "accounts", "channels", "files", "actor", ...base]
/** What is above the ports, from the bottom up: each row may import those before it. */
const chat = ["chat", "hub", ...ports]
const conversations = ["session", "embedding", ...chat]
const doors = ["http", "grpc", "mqtt", "irc"]
const serverSide = ["server", ...doors, "transport", "storage", "cluster", ...conversations]

/**
 * What each folder of `src/` may import of the others (DESIGN §1): imports run one way, from the top of the house down.
 * Whatever a row does not name is refused, and so is everything in a folder that has no row.
 */
const mayImport: Record<string, ReadonlyArray<string>> = {
  cli: ["discovery", "load", "proxy", "terminal", "scenario", "client", "text", ...serverSide],
  // Where a scenario is played: it starts services, simulates them, and comes between them and their clients.
  load: ["scenario", "proxy", "testing", "client", ...serverSide],
  testing: ["client", ...serverSide],
  server: ["discovery", ...doors, "transport", "storage", "cluster", ...conversations],
  http: conversations,
  grpc: conversations,
  mqtt: conversations,
  // What somebody does is a text of its own there.
  irc: ["text", ...conversations],
  // Bytes know nothing of channels: a transport never sees the hub, nor what one can do there.
  transport: ["session", ...ports],
  // Rows of a database know nothing of sessions.
  storage: ports,
  cluster: conversations,
  // A session is a conversation over a connection, embedding is one without.
  session: chat,
  embedding: chat,
  chat: ["hub", ...ports],
  hub: ports,
  // A door that goes out: it reads what a channel has stored, and knows nobody who could have said it.
  webhooks: ["history", "channels", ...base],
  history: base,
  accounts: base,
  channels: base,
  // What no message carries any more goes: that the history knows.
  files: ["history", ...base],
  actor: base,
  // The other nodes, for whatever has something to tell them.
  peers: ["domain"],
  // Who is where in a network: it knows nothing of what is said there.
  discovery: ["domain"],
  observability: ["protocol", "domain"],
  // The people's side: nothing here may see the server's.
  terminal: ["client", "text", "protocol", "domain"],
  web: ["client", "text", "protocol", "domain"],
  scenario: ["client", "protocol", "domain"],
  proxy: ["domain"],
  client: ["protocol", "domain"],
  text: ["domain"],
  protocol: ["domain"],
  domain: [],
}

/** The files of the client that need Node: the place of each in the house is its own. */
const nodeClients = ["NodeDialer", "NodeSse", "NodeWebSocket", "Tcp", "Tls", "Unix"].map(
  (name) => `client/transport/${name}.ts`,
)

/** Modules with an owner, so that a change upstream, or of our mind, touches one folder. */
const owned: ReadonlyArray<{ modules: string; owners: ReadonlyArray<string> }> = [
  { modules: "effect/socket(/.*)?", owners: ["transport", "cluster", "client", "scenario", "load", "testing"] },
  {
    modules: "(node:)?(net|tls)|ws|@effect/platform-node/(Node(Datagram)?Socket(Server)?|NodeWS)",
    owners: ["transport", "cluster", "proxy", "load", ...nodeClients],
  },
  { modules: "(node:)?dgram|dns-packet", owners: ["discovery"] },
  {
    modules: "effect/http(-api)?(/.*)?|@effect/platform-node/(NodeHttp.*|Undici)",
    owners: ["http", "proxy", "observability"],
  },
  { modules: "effect/sql(/.*)?|@effect/sql-.*|node:sqlite", owners: ["storage"] },
  { modules: "effect/(cluster|rpc|workflow)(/.*)?|@effect/platform-node/NodeCluster.*", owners: ["cluster"] },
  { modules: "effect/observability(/.*)?", owners: ["observability"] },
  { modules: "effect/cli(/.*)?", owners: ["cli"] },
  { modules: "effect/testing(/.*)?", owners: ["testing"] },
]

const uncontrolled = [
  { object: "Math", property: "random", message: "Chance comes from Random, so that tests can seed it." },
  { property: "forkDetach", message: "Every fiber has a scope: forkChild, forkScoped or forkIn." },
]

/** What tells the date. It is set back and forth, so it measures nothing (docs/adr/0023). */
const wallClock = ["currentTimeMillis", "currentTimeMillisUnsafe", "currentTimeNanos", "currentTimeNanosUnsafe"].map(
  (property) => ({ property, message: "The wall clock jumps: what lasts is measured by domain/Monotonic." }),
)

/** Who needs it: for stamps, for dates on which something ends, and for what people are shown. */
const readersOfDates = [
  "http/files/Links.ts",
  "history/Stamps.ts",
  "hub/channel/internal/administer.ts",
  "chat/listBlocked.ts",
  "chat/account/Bearers.ts",
  "grpc/internal/streams.ts",
  "mqtt/Mqtt.ts",
  "session/SignIn.ts",
  "session/Session.ts",
  "server/Operating.ts",
  "accounts/internal/addresses.ts",
  "storage/internal/addressBans.ts",
  "chat/internal/inviteLinks.ts",
  "chat/internal/names.ts",
  "files/Files.ts",
  "files/internal/Sweeper.ts",
  "webhooks/fresh.ts",
  "webhooks/Webhooks.ts",
  "webhooks/internal/Sender.ts",
  "webhooks/internal/Worker.ts",
  "accounts/Accounts.ts",
  "accounts/AccessTokens.ts",
  "accounts/OutsideIssuer.ts",
  "accounts/TokenVerifier.ts",
  "accounts/internal/KeyRing.ts",
  "accounts/internal/signIn.ts",
  "accounts/internal/renewal.ts",
  "accounts/internal/memoryStore.ts",
  "storage/SqlAccounts.ts",
  "transport/tls/TlsContext.ts",
  "observability/Otlp.ts",
  "terminal/Chat.ts",
  "cli/accounts/folder.ts",
  "cli/cert/run.ts",
  "cli/doctor/clock.ts",
  "cli/doctor/run.ts",
  "cli/message/run.ts",
  "cli/talk/tail.ts",
  "testing/simulation/Process.ts",
].map((file) => `src/${file}`)

/** Folders that also run in a browser. */
const browserSafe = ["client", "web", "text", "protocol", "domain"]

/** `internal/` may be reached from the folder that holds it and from below that: nothing but dots is before it. */
const internalOfAnother = {
  regex: "[^./]/(.*/)?internal/",
  message: "internal/ belongs to the folder that it is in: import what that folder offers.",
}

/** A pattern for the way back to `src/` from a file that is so many folders deep. */
const upTo = (depth: number) => `(\\.\\./){${depth}}`

/** Everything that a file in `place`, a folder or a file, may not import; `up` is a pattern for the way back to `src/`. */
const refusals = (place: string, up: string) => {
  const folder = place.replace(/\/.*/, "")
  const allowed = mayImport[folder] ?? []
  const strangers = Object.keys(mayImport).filter((other) => other !== folder && !allowed.includes(other))
  return [
    {
      regex: `^${up}(${strangers.join("|")})(/|$)`,
      message: `Imports run one way: src/${folder} may import ${allowed.join(", ") || "no other folder"}.`,
    },
    {
      regex: `^${up}(\\.\\./|[^/]+$)|^\\./\\.\\.|[^./]/\\.\\./`,
      message: "Import a file in a folder of src/, by the shortest way.",
    },
    internalOfAnother,
    ...(folder === "cli" && up === upTo(2)
      ? [
          {
            regex: "^\\.\\./[^./]+/",
            message: "What two subcommands need is a file of src/cli itself: their folders do not see one another.",
          },
        ]
      : []),
    {
      regex: "^natter(/|$)",
      message: "This is the package natter: import the file itself.",
    },
    {
      regex: "^(effect|@effect/platform-node)$",
      message: "Import the single module: the barrels triple the time to start.",
    },
    ...owned
      .filter(({ owners }) => !owners.includes(place) && !owners.includes(folder))
      .map(({ modules, owners }) => ({
        regex: `^(${modules})$`,
        message: `Only ${owners.join(" and ")} may import it.`,
      })),
    ...(browserSafe.includes(folder) && !nodeClients.includes(place)
      ? [{ regex: "^(node:|@effect/platform-node)", message: `src/${folder} also runs in a browser.` }]
      : []),
  ]
}

/** The refusals for one place: the way back to `src/` differs with the depth of a file, hence one entry for each. */
const directions = (place: string): Array<OxlintOverride> =>
  (place.endsWith(".ts") ? [""] : ["/*.{ts,tsx}", "/*/*.{ts,tsx}", "/*/*/*.{ts,tsx}"]).map((files) => ({
    files: [`src/${place}${files}`],
    rules: {
      "no-restricted-imports": ["error", { patterns: refusals(place, upTo(`${place}${files}`.split("/").length - 1)) }],
    },
  }))

/** A folder without a row above, or deeper than those entries reach, imports nothing until it is given a place. */
const otherFolders: OxlintOverride = {
  files: ["src/*/**/*.{ts,tsx}"],
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [{ regex: "", message: "Say in oxlint.config.ts what this folder may import." }] },
    ],
  },
}

/** Scripts may use every folder of src/, by what it offers. */
const scripts: OxlintOverride = {
  files: ["scripts/**/*.ts"],
  rules: { "no-restricted-imports": ["error", { patterns: [internalOfAnother] }] },
}

export default defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "vitest"],
  categories: { correctness: "error" },
  ignorePatterns: ["node_modules", "dist", "coverage", "src/grpc/generated"],
  rules: {
    "import/no-cycle": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    // An inline `import("…").T` would slip past the directions below.
    "typescript/consistent-type-imports": ["error", { disallowTypeAnnotations: true, prefer: "type-imports" }],
    // The compiler finds these.
    "no-unused-vars": "off",
    // Wrong more often than right: spreading a string counts its code points, and text sorts as it should.
    "typescript/no-misused-spread": "off",
    "typescript/require-array-sort-compare": "off",
    "import/namespace": ["error", { allowComputed: true }],
    "vitest/valid-expect": ["error", { maxArgs: 2 }],
    // A suite over the implementations of a port takes its name, and what it returns is of no matter.
    "vitest/valid-title": "off",
    "vitest/valid-describe-callback": "off",
    "vitest/no-focused-tests": "error",
    "vitest/no-disabled-tests": "error",
  },
  overrides: [
    {
      files: ["src/**/*.{ts,tsx}"],
      rules: {
        "max-lines": ["error", { max: 400 }],
        "no-console": "error",
        "no-restricted-globals": [
          "error",
          { name: "Date", message: "Time comes from Clock or DateTime, so that tests can set it." },
          { name: "performance", message: "Time comes from Clock, so that tests can set it." },
        ],
        "no-restricted-properties": ["error", ...uncontrolled, ...wallClock],
      },
    },
    // All that the page says in one language is one file, so that another language is one file.
    { files: ["src/web/**/messages/*.ts"], rules: { "max-lines": "off" } },
    { files: readersOfDates, rules: { "no-restricted-properties": ["error", ...uncontrolled] } },
    // People are shown what time it is where they are, and what a page draws it draws by the clock of the browser.
    { files: ["src/web/**/*.{ts,tsx}"], rules: { "no-restricted-globals": "off" } },
    { files: ["src/cli/**/*.ts"], rules: { "no-console": "off" } },
    scripts,
    otherFolders,
    ...[...Object.keys(mayImport), ...nodeClients].flatMap(directions),
  ],
})
