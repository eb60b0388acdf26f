import * as fs from "node:fs"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Limits from "../../src/domain/Limits.ts"
import * as Rights from "../../src/domain/Rights.ts"
import { ConnectReply, ConnectRequest } from "../../src/protocol/Connect.ts"
import * as Disconnect from "../../src/domain/Disconnect.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import type { FrameDoc } from "../../src/protocol/FrameDoc.ts"
import * as RequestError from "../../src/domain/RequestError.ts"
import * as V1 from "../../src/protocol/v1/Message.ts"
import * as Client from "../../src/protocol/v2/ClientFrame.ts"
import * as Server from "../../src/protocol/v2/ServerFrame.ts"
import { type Setting, settings } from "../../src/server/ServerConfig.ts"
import goldens1 from "../../test/fixtures/wire/v1.json" with { type: "json" }
import goldens2 from "../../test/fixtures/wire/v2.json" with { type: "json" }
import * as Conversation from "./Conversation.ts"
import type { Document } from "./Document.ts"
import { describe, type JsonSchema } from "./JsonSchema.ts"
import { code, fenced, table } from "./Markdown.ts"

type Frame = Schema.Top & { readonly fields: { readonly type: { readonly literal: string } } }

const typeOf = (frame: Frame) => frame.fields.type.literal
const docOf = (frame: Frame) => Schema.resolveAnnotations(frame) as unknown as FrameDoc

/** "text", "list of u8", "`json` or `msgpack`": a field's type in a few words. */
const words = (schema: JsonSchema): string => {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace("#/$defs/", "")
    return `[${name}](#values)`
  }
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(words))].join(" or ")
  if (schema.enum !== undefined) return schema.enum.map((value) => code(JSON.stringify(value))).join(" or ")
  if (schema.const !== undefined) return code(JSON.stringify(schema.const))
  if (schema.type === "null" || schema.type === "boolean") return schema.type
  if (schema.type === "array") {
    return `list of ${schema.maxItems === undefined ? "" : `up to ${schema.maxItems} `}${words(schema.items!)}`
  }
  const bound = schema.maxLength === undefined ? "" : ` up to ${schema.maxLength}`
  return `${schema.title ?? schema.type}${bound}`
}

const fieldTable = (schema: JsonSchema): string => {
  const rows = Object.entries(schema.properties!)
    .filter(([name, field]) => !(name === "type" && field.const !== undefined))
    .map(([name, field]) => [
      code(name),
      words(field),
      schema.required?.includes(name) === true ? "" : "optional",
      field.description ?? "",
    ])
  return rows.length === 0 ? "It has no fields." : table(["field", "type", "", ""], rows)
}

/** One frame: what it is for, its fields and what it looks like. */
const frameSection = (frame: Frame, examples: ReadonlyArray<string>): string => {
  const { description, event, from, reply } = docOf(frame)
  const sentences = [
    from === undefined ? "" : ` Sent by the ${from} only.`,
    reply === undefined ? "" : ` Answered by ${code(reply)}.`,
    event === undefined ? "" : ` Members hear of it by ${code(event)}.`,
  ]
  const shown = examples.filter((json) => JSON.parse(json).type === typeOf(frame))
  return [
    `#### ${typeOf(frame)}`,
    description + sentences.join(""),
    fieldTable(describe(frame, true).schema),
    ...(shown.length === 0 ? [] : [fenced("json", shown.join("\n"))]),
  ].join("\n\n")
}

const answers = (frames: ReadonlyArray<Frame>): string =>
  table(
    ["a client sends", "the server answers", "members get"],
    frames
      .map((frame) => ({ type: typeOf(frame), ...docOf(frame) }))
      .map(({ event, reply, type }) => [code(type), reply ? code(reply) : "nothing", event ? code(event) : ""]),
  )

/** Every value with a name of its own in these frames, by that name. */
const values = (frames: ReadonlyArray<Frame>): string => {
  const found = new Map(frames.flatMap((frame) => Object.entries(describe(frame, true).definitions)))
  const named = [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => {
      const { description = "", title: _, ...untitled } = schema
      return [name, schema.type === "object" ? objectWords(schema) : words(untitled), description]
    })
  return table(["value", "in JSON", ""], [...plainValues, ...named])
}

const objectWords = (schema: JsonSchema): string =>
  Object.entries(schema.properties!)
    .map(([name, field]) => `${code(name)}: ${words(field)}${schema.required?.includes(name) ? "" : ", optional"}`)
    .join("; ")

const plainValues = [
  ["text", "string", "any text without lone surrogates; lengths count UTF-16 units"],
  ["u8", "number", "an integer from 0 to 255"],
  ["u32", "number", "an integer from 0 to 4294967295"],
  ["bytes", "string", "base64; in MessagePack bytes as they are, of the format bin"],
  ["u64", "number", `an integer from 0 to ${Limits.maxInteger} (2^53 - 1): beyond it digits would be lost`],
]

/** In which kinds of channels each action is allowed, by the role in the channel. */
const rights = (): string => {
  const kinds = ["public", "private", "readonly"] as const
  const well = { banned: false, muted: false, archived: false }
  const allowed = (action: Rights.Action, standing: Rights.Standing): string => {
    const where = kinds.filter((kind) => Rights.refusal(action, { kind, standing, ...well }) === undefined)
    if (where.length === kinds.length) return "yes"
    return where.length === 0 ? "" : where.join(", ")
  }
  return table(
    ["", ...Rights.standings],
    Rights.actions.map((action) => [code(action), ...Rights.standings.map((standing) => allowed(action, standing))]),
  )
}

/** The limits with the comments they have in the code. */
const limits = (): string => {
  const source = fs.readFileSync(new URL("../../src/domain/Limits.ts", import.meta.url), "utf8")
  const rows = [...source.matchAll(/\/\*\* ([^/]*?) \*\/\nexport const (\w+)/g)].map(([, comment, name]) => [
    comment!,
    String(Limits[name as keyof typeof Limits]),
  ])
  return table(["limit", ""], rows)
}

/** The settings a client meets, by their names in the configuration. */
const metByClients = [
  "session.login-timeout",
  "session.write-timeout",
  "frames.timeout",
  "frames.burst",
  "frames.per-second",
  "frames.max-violations",
  "heartbeat.ping-after",
  "heartbeat.pong-within",
  "messages.max-length",
  "messages.burst",
  "messages.per-second",
  "messages.deduplication",
  "channels.per-session",
  "channels.max",
  "typing.interval",
  "presence.grace",
  "presence.coalesce",
  "presence.count-only-above",
  "outbox.bytes",
  "outbox.frames",
  "outbox.shed-typing",
  "outbox.shed-presence",
] as const

const settingsTable = table(
  ["setting", "", "default"],
  metByClients.map((name) => {
    const { about, default: value, kind }: Setting<unknown> = settings[name]
    return [code(name), about, kind.show(value)]
  }),
)

const requestErrors = table(
  ["code", "name", "HTTP", "again?", "message"],
  Object.entries(RequestError.catalog).map(([name, { code: number, message, retryable, status }]) => [
    String(number),
    code(name),
    String(status),
    retryable ? "yes" : "no",
    message,
  ]),
)

const disconnects = table(
  ["code", "name", "HTTP", "come back?", "message"],
  Object.entries(Disconnect.catalog).map(([name, { code: number, message, status }]) => [
    String(number),
    code(name),
    String(status),
    new Disconnect.Disconnect({ reason: name as Disconnect.DisconnectReason }).reconnect ? "yes" : "no",
    message,
  ]),
)

/** One example a type; the fixture also has what Rust writes and JavaScript cannot hold. */
const examples1 = V1.all.map((message) => {
  const examples = goldens1.encode.map(({ json }) => json).filter((json) => JSON.parse(json).type === typeOf(message))
  const small = '{"type":"FileTransferRequest","filename":"tea.txt","size":1024,"from":"alice"}'
  return examples.find((json) => Result.isSuccess(Encoding.server1.decode(new TextEncoder().encode(json)))) ?? small
})
const client2 = goldens2.client.map(({ json }) => json)
const server2 = goldens2.server.map(({ json }) => json)

const render = (): string => {
  const text = fs.readFileSync(new URL("./protocol.md", import.meta.url), "utf8")
  const parts: Record<string, string> = {
    "a frame in bytes": fenced("text", Conversation.pingInBytes()),
    "a conversation in version 1": fenced("text", Conversation.version1()),
    "a conversation in version 2": fenced("text", Conversation.version2()),
    "the request of Connect": fieldTable(describe(ConnectRequest, true).schema),
    "the reply of Connect": fieldTable(describe(ConnectReply, true).schema),
    rights: rights(),
    "version 2: what answers what": answers(Client.all),
    "version 2: client frames": Client.all.map((frame) => frameSection(frame, client2)).join("\n\n"),
    "version 2: server frames": Server.all.map((frame) => frameSection(frame, server2)).join("\n\n"),
    "version 1: frames": V1.all.map((frame) => frameSection(frame, examples1)).join("\n\n"),
    "the values": values([...Client.all, ...Server.all, ...V1.all]),
    "the request errors": requestErrors,
    "the disconnects": disconnects,
    "the limits": limits(),
    "the settings": settingsTable,
  }
  const used = new Set<string>()
  const rendered = text.replaceAll(/^\{\{(.*)\}\}$/gm, (_, name: string) => {
    const part = parts[name]
    if (part === undefined) throw new Error(`protocol.md asks for ${name}, and there is no such part`)
    used.add(name)
    return part
  })
  const forgotten = Object.keys(parts).filter((name) => !used.has(name))
  if (forgotten.length > 0) throw new Error(`protocol.md has no place for ${forgotten.join(", ")}`)
  return rendered
}

/** The reference for authors of clients. */
export const protocolReference: Document = { path: "docs/PROTOCOL.md", render }
