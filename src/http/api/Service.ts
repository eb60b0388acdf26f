import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { AddressRange } from "../../domain/AddressRange.ts"
import { ChannelName } from "../../domain/ChannelName.ts"
import { ChannelAccess } from "../../domain/ChannelRole.ts"
import { Topic } from "../../domain/Topic.ts"
import { User } from "../../domain/User.ts"
import { Username } from "../../domain/Username.ts"
import { registrations } from "../Welcome.ts"
import { Authorization } from "./Authorization.ts"
import { described, id, optional, time } from "./fields.ts"

const address = described(
  AddressRange,
  "An address, or a range of them as in 192.0.2.0/24, whose `/` is `%2F` in a path.",
)

const number = { name: Schema.String, labels: Schema.Record(Schema.String, Schema.String) }

/** A metric at one moment. */
const Metric = Schema.Union([
  Schema.Struct({ ...number, value: Schema.Finite }),
  Schema.Struct({
    ...number,
    bounds: described(Schema.Array(Schema.Finite), "Of a histogram: where its buckets end; the last has no end."),
    counts: described(Schema.Array(Schema.Finite), "How many are in each bucket, and in no other."),
    sum: Schema.Finite,
  }),
])

const Connection = Schema.Struct({
  id,
  node: optional(Schema.String, "At which node it is; left out where the service is one."),
  user: User,
  address: optional(Schema.String, "Where it comes from; left out inside the program."),
  transport: Schema.String,
  protocol: optional(
    Schema.Struct({ version: Schema.Int, codec: Schema.String, compressed: Schema.Boolean }),
    "What it speaks; left out inside the program.",
  ),
  since: Schema.optionalKey(time),
  heard_at: Schema.optionalKey(time),
  channels: described(Schema.Int, "How many channels it is in."),
  waiting: described(
    Schema.Struct({ bytes: Schema.Int, frames: Schema.Int }),
    "How far behind it is: what waits until it reads.",
  ),
})

export const Service = HttpApiGroup.make("service")
  .add(
    HttpApiEndpoint.get("describe", "/service", {
      success: Schema.Struct({
        version: Schema.String,
        node: described(Schema.String, "Which Node it runs on."),
        storage: described(Schema.Literals(["memory", "postgres", "sqlite"]), "Where what is said is kept."),
        started_at: time,
        ready: described(Schema.Boolean, "What `/readyz` says."),
        draining: described(Schema.Boolean, "Whether it is about to end."),
        users: described(Schema.Int, "Users with a session at least."),
        sessions: Schema.Int,
        channels: described(Schema.Int, "Channels in use."),
        memberships: Schema.Int,
      }),
    })
      .annotate(OpenApi.Summary, "What the service is, and how much of everything there is")
      .annotate(
        OpenApi.Description,
        "Where the service is several nodes, the figures are those of the node that is asked; `/service/nodes` has all.",
      ),
    HttpApiEndpoint.get("nodes", "/service/nodes", {
      success: Schema.Struct({
        nodes: Schema.Array(
          Schema.Struct({
            node: Schema.String,
            users: Schema.optionalKey(Schema.Int),
            sessions: Schema.optionalKey(Schema.Int),
            channels: optional(Schema.Int, "Channels that run there."),
            waiting: optional(Schema.Int, "Commands that wait in them."),
            owns: optional(
              Schema.Array(Schema.Struct({ partition: Schema.Int, epoch: Schema.Int })),
              "The partitions of the channels that it owns, of 256, and by which claims.",
            ),
            answered_in: optional(
              Schema.Finite,
              "Milliseconds; left out, with all but `node`, where it does not answer.",
            ),
          }),
        ),
      }),
    })
      .annotate(OpenApi.Summary, "The nodes of the service, as far as they can be reached")
      .annotate(
        OpenApi.Description,
        "The node that is asked comes first. Where the service is one node: `NotSupported`.",
      ),
    HttpApiEndpoint.get("metrics", "/service/metrics", {
      success: Schema.Struct({
        at: described(Schema.Finite, "Milliseconds of a clock that is never set: what lies between two answers."),
        metrics: Schema.Array(Metric),
      }),
    })
      .annotate(OpenApi.Summary, "All metrics as they are now, in JSON")
      .annotate(OpenApi.Description, "The same figures as `/metrics` has as text: METRICS.md says what each means."),
    HttpApiEndpoint.get("sessions", "/service/sessions", {
      query: {
        after: optional(Schema.Int, "The `next` of the page before."),
        username: optional(Schema.String, "Those of a user only."),
        behind: optional(Schema.Literals(["true", "false"]), "Those only for which something waits."),
      },
      success: Schema.Struct({
        sessions: Schema.Array(Connection),
        next: optional(Schema.Int, "Where the next page starts; left out on the last."),
      }),
    }).annotate(OpenApi.Summary, "Sessions, node by node and in the order in which they came, 100 a page"),
    HttpApiEndpoint.delete("disconnect", "/service/sessions/:id", { params: { id } })
      .annotate(OpenApi.Summary, "End a session")
      .annotate(
        OpenApi.Description,
        "It is told `Dismissed`. Whoever it was may sign in again: to keep somebody out, disable the account.",
      ),
    HttpApiEndpoint.get("channels", "/service/channels", {
      query: { after: optional(ChannelName, "The `next` of the page before.") },
      success: Schema.Struct({
        channels: Schema.Array(
          Schema.Struct({
            channel: ChannelName,
            topic: Topic,
            access: ChannelAccess,
            archived: Schema.Boolean,
            count: described(Schema.Int, "Users present."),
            seq: described(Schema.Int, "The place of what was said last; 0 where nothing was."),
          }),
        ),
        next: optional(ChannelName, "Where the next page starts; left out on the last."),
      }),
    })
      .annotate(OpenApi.Summary, "All channels by name, 100 a page: private and archived ones, too")
      .annotate(OpenApi.Description, "Direct conversations are not among them: they are nobody else's."),
    HttpApiEndpoint.get("bans", "/service/bans", {
      success: Schema.Struct({
        bans: Schema.Array(
          Schema.Struct({
            address,
            by: Username,
            created_at: time,
            until: described(Schema.NullOr(time), "Null: for ever."),
            reason: Schema.optionalKey(Schema.String),
          }),
        ),
      }),
    }).annotate(OpenApi.Summary, "From where nobody is let in"),
    HttpApiEndpoint.put("ban", "/service/bans/:address", {
      params: { address },
      payload: Schema.Struct({
        duration: optional(Schema.Int, "Milliseconds that it lasts; without, for ever."),
        reason: optional(Schema.String, "For those who administer the service."),
      }),
      success: Schema.Struct({ sessions: described(Schema.Int, "How many sessions have ended by it.") }),
    })
      .annotate(OpenApi.Summary, "Let nobody in from a range of addresses, whoever it is")
      .annotate(OpenApi.Description, "Sessions from there end. One's own address is refused."),
    HttpApiEndpoint.delete("unban", "/service/bans/:address", { params: { address } }).annotate(
      OpenApi.Summary,
      "Let people in from there again",
    ),
    HttpApiEndpoint.get("audit", "/service/audit", {
      query: { before: optional(Schema.Int, "The `next` of the page before.") },
      success: Schema.Struct({
        entries: Schema.Array(
          Schema.Struct({
            number: described(Schema.Int, "1, 2, 3 …, those included that are not kept any more."),
            timestamp: time,
            by: described(Username, "Who did it."),
            action: described(Schema.String, "The operation."),
            username: optional(Schema.String, "To whom."),
            detail: optional(Schema.String, "What in particular: the role, the id."),
          }),
        ),
        next: optional(Schema.Int, "Where the next page starts; left out on the last."),
      }),
    })
      .annotate(OpenApi.Summary, "What administrators did, the latest first, 100 a page")
      .annotate(
        OpenApi.Description,
        "Of each kind of act the last 1000 are kept. What `natter` does in a data folder is not among it.",
      ),
    HttpApiEndpoint.post("drain", "/service/drain", {
      query: { node: optional(Schema.String, "Which node of several is to end; without, the one that is asked.") },
      success: Schema.Struct({
        sessions: described(Schema.Int, "How many sessions are told to come back later."),
      }).pipe(HttpApiSchema.status(202)),
    })
      .annotate(OpenApi.Summary, "Have the service end, as SIGTERM does")
      .annotate(
        OpenApi.Description,
        "Sessions are told to come back later and get what was queued for them; then the process ends with 0. A service manager that starts it again does so.",
      ),
  )
  .middleware(Authorization)
  // Behind that, and so for everybody.
  .add(
    HttpApiEndpoint.get("welcome", "/service/welcome", {
      success: Schema.Struct({
        name: described(Schema.String, "What the service is called."),
        version: Schema.String,
        guests: described(Schema.Boolean, "Whether one comes in by a name alone, with an empty password."),
        registration: described(
          Schema.Literals(registrations),
          "Who may register a new name: everybody, who has an invitation, or nobody.",
        ),
        min_password_length: described(Schema.Int, "Characters in a new password."),
        max_file_bytes: described(Schema.Int, "The largest file that is taken; 0 where none are."),
        websocket: described(Schema.String, "The path at which a WebSocket is asked for."),
      }),
    })
      .annotate(OpenApi.Summary, "What somebody has to know who has not signed in")
      .annotate(OpenApi.Description, "It is for everybody, and the same for as long as the service runs."),
  )
  .annotate(OpenApi.Description, "The service itself: what it says to everybody, and the rest for its administrators")
