/** `natter cert`: certificates for development. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fromHome } from "./pathFlag.ts"

/** Loaded only when one of the commands runs. */
const running = Effect.promise(() => import("./cert/run.ts"))

const days = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3650 }))

const shared = {
  out: Flag.String("out").pipe(
    Flag.withMetavar("FOLDER"),
    Flag.withDescription("The folder to write to, which is made; an authority that is there is used again"),
    fromHome,
    Flag.withDefault("natter-certs"),
  ),
  days: Flag.Int("days").pipe(
    Flag.withDescription("Days that the certificate is valid, 1 to 3650; browsers take no more than 825"),
    Flag.withSchema(days),
    Flag.withDefault(365),
  ),
  force: Flag.Boolean("force").pipe(
    Flag.withDescription("Replace a certificate and its key that are there, and an authority that has expired"),
    Flag.withDefault(false),
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print one JSON object"), Flag.withDefault(false)),
}

const parent = Command.make("cert", {
  names: Flag.String("name").pipe(
    Flag.withDescription(
      "A name of the host or an IP address by which clients reach the server; give it again for more (localhost, 127.0.0.1 and ::1)",
    ),
    Flag.atLeast(0),
  ),
}).pipe(
  Command.withSharedFlags(shared),
  Command.withHandler((given) => Effect.flatMap(running, ({ server }) => server(given))),
)

const client = Command.make(
  "client",
  { name: Argument.String("name").pipe(Argument.withDescription("The name of an account")) },
  ({ name }) => Effect.flatMap(parent, (given) => Effect.flatMap(running, ({ client }) => client({ ...given, name }))),
).pipe(
  Command.withDescription(
    "Make a certificate for a client, by which it signs in to the account of this name where the service has tls.client-ca and tls.client-certificates.",
  ),
  Command.withShortDescription("Make a certificate for a client"),
  Command.withExamples([
    { command: "natter cert client ann", description: "For the account ann, of the authority in ./natter-certs" },
  ]),
)

const node = Command.make(
  "node",
  {
    host: Argument.String("host").pipe(
      Argument.withDescription("The host in the node's cluster.address: a name or an IP address"),
    ),
  },
  ({ host }) => Effect.flatMap(parent, (given) => Effect.flatMap(running, ({ node }) => node({ ...given, host }))),
).pipe(
  Command.withDescription(
    "Make a certificate for a node of a service that is several, by which the others know it, and it them: cluster.tls-cert, cluster.tls-key, and cluster.tls-ca for the authority, which is the same for all.",
  ),
  Command.withShortDescription("Make a certificate for a node of a cluster"),
  Command.withExamples([
    {
      command: "natter cert node 10.0.0.5",
      description: "For the node at 10.0.0.5, of the authority in ./natter-certs",
    },
  ]),
)

export const cert = parent.pipe(
  Command.withDescription(
    "Make an authority and a certificate for a server, for development: clients have to be told of the authority. Where others come in, take a certificate that they trust already, as from Let's Encrypt.",
  ),
  Command.withShortDescription("Make certificates for development"),
  Command.withSubcommands([client, node]),
  Command.withExamples([
    { command: "natter cert", description: "For this machine, in ./natter-certs; says what to do next" },
    { command: "natter cert --name chat.test --name 192.0.2.7 --out certs", description: "By other names" },
    { command: "natter cert --force", description: "Another one of the same authority, for the same files" },
  ]),
)
