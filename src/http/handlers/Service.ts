import type { ServiceAuditEntry } from "../../accounts/ServiceAct.ts"
import * as Effect from "effect/Effect"
import type { ChatShape } from "../../chat/Chat.ts"
import * as operations from "../../chat/service/operations.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { SessionId } from "../../domain/SessionId.ts"
import type { SessionStanding } from "../../hub/audience/Gateway.ts"
import { Distribution } from "../../observability/Distribution.ts"
import type { Reading } from "../../observability/Readings.ts"
import type { Service } from "../api/Service.ts"
import { type Answer, ask, type HandlersOf } from "../Handler.ts"
import { Representation } from "../Representation.ts"
import type { Welcome } from "../Welcome.ts"

const metric = ({ labels, name, value }: Reading) =>
  value instanceof Distribution
    ? { name, labels, bounds: value.bounds, counts: [...value.counts], sum: value.sum }
    : { name, labels, value }

const connection = (standing: SessionStanding) => {
  const { address, channels, encoding, heardAt, id, node, since, transport, user, waiting } = standing
  return {
    id,
    ...(node === undefined ? {} : { node }),
    user,
    ...(address === undefined ? {} : { address }),
    transport,
    ...(encoding === undefined ? {} : { protocol: encoding }),
    ...(since === undefined ? {} : { since }),
    ...(heardAt === undefined ? {} : { heard_at: heardAt }),
    channels,
    waiting,
  }
}

const auditEntry = ({ action, by, detail, number, timestamp, whom }: ServiceAuditEntry) => ({
  number,
  timestamp,
  by: by.name,
  action,
  ...(whom === undefined ? {} : { username: whom }),
  ...(detail === undefined ? {} : { detail }),
})

const answers =
  <Body>(answer: Answer<Body>) =>
  () =>
    Effect.succeed(answer)

/** The same for everybody, so it is written once. */
const greeting = ({ maxFileBytes, minPasswordLength, ...welcome }: Welcome, chat: ChatShape) =>
  Representation.json({
    ...welcome,
    min_password_length: minPasswordLength,
    max_file_bytes: chat.files === undefined ? 0 : maxFileBytes,
  })

export const service = (chat: ChatShape, welcome: Welcome): HandlersOf<typeof Service> => ({
  welcome: answers({ representation: greeting(welcome, chat), headers: { "Cache-Control": "no-cache" } }),
  describe: ask(
    chat,
    operations.describeService,
    () => ({}),
    ({ startedAt, ...service }) => ({ body: { ...service, started_at: startedAt } }),
  ),
  nodes: ask(
    chat,
    operations.describeNodes,
    () => ({}),
    (nodes) => ({
      body: {
        nodes: nodes.map(({ answeredIn, node, standing }) => ({
          node,
          ...standing,
          ...(answeredIn === undefined ? {} : { answered_in: answeredIn }),
        })),
      },
    }),
  ),
  metrics: ask(
    chat,
    operations.readMetrics,
    () => ({}),
    (readings) => ({ body: { at: Monotonic.millis(chat.clock), metrics: readings.map(metric) } }),
  ),
  sessions: ask(
    chat,
    operations.listConnections,
    ({ query: { behind, ...query } }) => ({ ...query, behind: behind === "true" }),
    ({ next, sessions }) => ({
      body: { sessions: sessions.map(connection), ...(next === undefined ? {} : { next }) },
    }),
  ),
  disconnect: ask(chat, operations.disconnect, ({ params }) => ({ id: SessionId.make(params.id) })),
  channels: ask(
    chat,
    operations.listAllChannels,
    ({ query }) => query,
    ({ channels, next }) => ({
      body: {
        channels: channels.map(({ name, ...channel }) => ({ channel: name, ...channel })),
        ...(next === undefined ? {} : { next }),
      },
    }),
  ),
  bans: ask(
    chat,
    operations.listAddressBans,
    () => ({}),
    (bans) => ({
      body: {
        bans: bans.map(({ address, by, createdAt, reason, until }) => {
          return { address, by: by.name, created_at: createdAt, until, ...(reason === null ? {} : { reason }) }
        }),
      },
    }),
  ),
  ban: ask(
    chat,
    operations.banAddress,
    ({ params, payload }) => ({ ...params, ...payload }),
    (banned) => ({ body: banned }),
  ),
  unban: ask(chat, operations.unbanAddress, ({ params }) => params),
  audit: ask(
    chat,
    operations.readAudit,
    ({ query }) => query,
    ({ entries, next }) => ({
      body: { entries: entries.map(auditEntry), ...(next === undefined ? {} : { next }) },
    }),
  ),
  drain: ask(
    chat,
    operations.drain,
    ({ query }) => query,
    (drained) => ({ body: drained }),
  ),
})
