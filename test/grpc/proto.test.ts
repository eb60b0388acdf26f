/** The `.proto` against the frames of version 2: what a session can say, calls can say, in the same fields. */
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf"
import { assert, describe, it } from "@effect/vitest"
import type * as SchemaAST from "effect/SchemaAST"
import {
  Chat,
  file_natter_v1_chat,
  SessionRequestSchema,
  SessionResponseSchema,
} from "../../src/grpc/generated/natter/v1/chat_pb.ts"
import * as Client from "../../src/protocol/v2/ClientFrame.ts"
import * as Server from "../../src/protocol/v2/ServerFrame.ts"

interface Frame {
  readonly ast: SchemaAST.AST
  readonly fields: { readonly type: { readonly literal: string } }
}

/** What is of a connection alone, or is a stream by another name. */
const otherwise: Readonly<Record<string, string>> = {
  Authenticate: "the metadata",
  Join: "Session",
  Leave: "Session",
  Typing: "Session",
  Ping: "Session",
  Pong: "Session",
  Disconnect: "Session",
  UploadChunk: "UploadFile",
  Download: "DownloadFile",
  FileAck: "DownloadFile",
  CloseDownload: "DownloadFile",
}

const titleOf = (ast: SchemaAST.AST): string | undefined => {
  for (const { annotations } of [...(ast.checks ?? []), ast]) {
    if (typeof annotations?.["title"] === "string") return annotations["title"]
  }
  return undefined
}

/** What a field of a message has to be, for what a schema says. */
const kindOf = (ast: SchemaAST.AST): string => {
  switch (ast._tag) {
    case "String":
      return "string"
    case "Number":
      return titleOf(ast) === "u32" ? "uint32" : "uint64"
    case "Boolean":
      return "bool"
    case "Declaration":
      return "bytes"
    case "Literal":
      return typeof ast.literal === "boolean" ? "bool" : "string"
    case "Arrays":
      return `list of ${kindOf(ast.rest[0]!)}`
    case "Objects":
      return titleOf(ast)!.replace("PastMessage", "Message")
    case "Union":
      return titleOf(ast) === "Entry" ? "Entry" : "string"
    default:
      throw new Error(`what is ${ast._tag} in a message?`)
  }
}

const kindOfField = ({ fieldKind, message, scalar }: DescField): string => {
  const one = message === undefined ? ScalarType[scalar!].toLowerCase() : message.name
  return fieldKind === "list" ? `list of ${one}` : one
}

/** The fields of a message as the schema has them: name, kind, and whether it may be left out. */
const expected = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  (ast as SchemaAST.Objects).propertySignatures
    .filter(({ name }) => name !== "type" && name !== "ref")
    .map(({ name, type }) => {
      const kind = kindOf(type)
      // Of a list and a message there is nothing else to tell it by.
      const isOptional = type.context?.isOptional === true && /^[a-z]/.test(kind) && !kind.startsWith("list")
      return `${String(name)}: ${kind}${isOptional ? " or nothing" : ""}`
    })

const found = ({ fields }: DescMessage): ReadonlyArray<string> =>
  fields.map((field) => `${field.name}: ${kindOfField(field)}${field.proto.proto3Optional ? " or nothing" : ""}`)

const messageOf = (name: string): DescMessage | undefined =>
  file_natter_v1_chat.messages.find((message) => message.name === name)

/** Structures in the fields of frames, each once. */
const structures = (ast: SchemaAST.AST, into: Map<string, SchemaAST.AST>): void => {
  if (ast._tag === "Arrays") structures(ast.rest[0]!, into)
  if (ast._tag === "Union") for (const type of ast.types) if (type._tag === "Objects") structures(type, into)
  if (ast._tag !== "Objects") return
  const title = titleOf(ast)
  if (title !== undefined) into.set(title, ast)
  for (const { type } of ast.propertySignatures) structures(type, into)
}

describe("natter/v1/chat.proto", () => {
  const calls = Chat.methods.map(({ name }) => name)
  const client = Client.all as ReadonlyArray<Frame>
  const server = Server.all as ReadonlyArray<Frame>

  for (const { ast, fields } of client) {
    const type = fields.type.literal
    it(`has a way to say ${type}, with its fields`, () => {
      const elsewhere = otherwise[type]
      if (elsewhere === undefined) assert.include(calls, type)
      else if (elsewhere !== "the metadata") assert.include(calls, elsewhere)
      const message = messageOf(`${type}Request`)
      assert.isDefined(message, `${type}Request`)
      assert.deepStrictEqual(found(message), expected(ast))
      assert.include(
        SessionRequestSchema.fields.map(({ message }) => message?.name),
        `${type}Request`,
      )
    })
  }

  for (const { ast, fields } of server) {
    const type = fields.type.literal
    it(`tells ${type}, with its fields`, () => {
      const message = messageOf(type)
      assert.isDefined(message, type)
      // A message has the fields, too, that it has in history.
      const inHistory = type === "Message" ? ["edited", "deleted", "reactions"] : []
      assert.deepStrictEqual(
        found({ ...message, fields: message.fields.filter(({ name }) => !inHistory.includes(name)) }),
        expected(ast),
      )
      assert.include(
        SessionResponseSchema.fields.map(({ message }) => message?.name),
        type,
      )
    })
  }

  it("has the structures in them", () => {
    const all = new Map<string, SchemaAST.AST>()
    for (const { ast } of [...client, ...server]) structures(ast, all)
    assert.isAbove(all.size, 8)
    for (const [title, ast] of all) {
      const message = messageOf(title.replace("PastMessage", "Message"))
      assert.isDefined(message, title)
      for (const field of expected(ast)) assert.include(found(message), field, title)
    }
  })

  it("answers each call with what answers the frame", () => {
    for (const { ast, fields } of client) {
      const method = Chat.methods.find(({ name }) => name === fields.type.literal)
      if (method === undefined) continue
      assert.strictEqual(method.output.name, ast.annotations?.["reply"], method.name)
    }
  })
})
