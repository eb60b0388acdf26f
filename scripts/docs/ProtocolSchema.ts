import type * as Schema from "effect/Schema"
import { ConnectReply, ConnectRequest } from "../../src/protocol/Connect.ts"
import * as V1 from "../../src/protocol/v1/Message.ts"
import * as Client from "../../src/protocol/v2/ClientFrame.ts"
import * as Server from "../../src/protocol/v2/ServerFrame.ts"
import type { Document } from "./Document.ts"
import { describe, type JsonSchema } from "./JsonSchema.ts"

type Frame = Schema.Top & { readonly fields: { readonly type: { readonly literal: string } } }

const reference = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` })

const render = (): string => {
  const frames: Record<string, JsonSchema> = {}
  const values: Record<string, JsonSchema> = {}

  const define = (name: string, frame: Frame, surplus: boolean) => {
    const { definitions, schema } = describe(frame, surplus)
    frames[name] = schema
    Object.assign(values, definitions)
    return reference(name)
  }
  const all = (prefix: string, list: ReadonlyArray<Frame>, surplus: boolean) =>
    list.map((frame) => define(`${prefix}.${frame.fields.type.literal}`, frame, surplus))

  // The server ignores surplus fields in version 1, and refuses them in version 2. A client ignores them in both, since
  // a newer server may send more.
  const unions = {
    ConnectRequest: define("connect.ConnectRequest", ConnectRequest, true),
    ConnectReply: define("connect.ConnectReply", ConnectReply, true),
    Message1: { description: "Version 1, both ways.", anyOf: all("v1", V1.all, true) },
    ClientFrame2: { description: "Version 2, what a client sends.", anyOf: all("v2.client", Client.all, false) },
    ServerFrame2: { description: "Version 2, what a server sends.", anyOf: all("v2.server", Server.all, true) },
  }

  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Natter's protocol",
    description:
      "The body of every frame, as JSON; docs/PROTOCOL.md says what they mean. Validate against one of $defs: " +
      `${Object.keys(unions).join(", ")}. A server is a little stricter: lone surrogates and invisible characters are ` +
      "beyond what JSON Schema can say, and where maxLength counts characters it counts UTF-16 units.",
    anyOf: Object.keys(unions).map(reference),
    $defs: { ...unions, ...frames, ...values },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** For authors of clients in other languages. */
export const protocolSchema: Document = { path: "docs/protocol.schema.json", render }
