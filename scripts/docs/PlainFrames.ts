/** The tables by which a client reads and writes frames without `effect/Schema`, made of the schemas. */
import type * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import { ConnectReply, ConnectRequest } from "../../src/protocol/Connect.ts"
import * as Client from "../../src/protocol/v2/ClientFrame.ts"
import * as Server from "../../src/protocol/v2/ServerFrame.ts"
import type { Document } from "./Document.ts"

type Frame = Schema.Top & { readonly fields: { readonly type: { readonly literal: string } } & Schema.Struct.Fields }

/** The schemas whose readers have the same name, but for its first letter. */
const named = new Set([
  "AddressRange",
  "ChannelId",
  "ChannelName",
  "FileId",
  "HistoryId",
  "MessageId",
  "Seq",
  "Sha256",
  "StatusText",
  "Topic",
  "UserId",
  "Username",
  "bytes",
  "text",
  "u32",
  "u64",
])

/** Characters that a line of the formatter's has behind a name. */
const roomInLine = 90

const small = (name: string) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`

const titleOf = ({ annotations }: Pick<SchemaAST.AST, "annotations">): string | undefined =>
  typeof annotations?.title === "string" ? annotations.title : undefined

const numbersIn = (check: SchemaAST.Check<unknown>): ReadonlyArray<string> =>
  String(check.annotations?.expected).match(/\d+/g) ?? []

/** One table, and the readers of the values that have a name of their own. */
class Table {
  private readonly imports = new Set<string>()
  private readonly shared = new Map<string, string>()

  /** The fields of an object: in one line where there is room for them, otherwise one a line. */
  fields(ast: SchemaAST.Objects, indent: string, passedOver?: string): string {
    const fields = ast.propertySignatures
      .filter(({ name }) => name !== passedOver)
      .map(({ name, type }) => {
        const key = type.context?.isOptional === true ? `"${String(name)}?"` : String(name)
        const value = this.read(type, `${indent}  `)
        return key === value ? key : `${key}: ${value}`
      })
    if (fields.length === 0) return "{}"
    const line = `{ ${fields.join(", ")} }`
    if (line.length <= roomInLine && !line.includes("\n")) return line
    return `{\n${fields.map((field) => `${indent}  ${field},\n`).join("")}${indent}}`
  }

  render(about: string, tables: Readonly<Record<string, ReadonlyArray<Frame>>>): string {
    const written = Object.entries(tables).map(([name, frames]) => {
      const lines = frames.map(
        (frame) => `  ${frame.fields.type.literal}: ${this.fields(frame.ast as SchemaAST.Objects, "  ", "type")},\n`,
      )
      return `export const ${name}: Types = {\n${lines.join("")}}\n`
    })
    const shared = [...this.shared].map(([name, value]) => `const ${name} = ${value}\n`).join("")
    const imports = [...this.imports].toSorted().map((name) => `  ${name},\n`)
    return [
      `/** ${about} Made of the schemas by \`npm run docs\`. */\n`,
      `import {\n${imports.join("")}  type Types,\n} from "../internal/plain.ts"\n\n`,
      [...(shared === "" ? [] : [shared]), ...written].join("\n"),
    ].join("")
  }

  private use(name: string): string {
    this.imports.add(name)
    return name
  }

  /** The reader of a value. */
  private read(ast: SchemaAST.AST, indent: string): string {
    const title = titleOf(ast)
    if (title === undefined || named.has(title)) return this.readAnew(ast, indent)
    const name = small(title)
    if (!this.shared.has(name)) {
      // What it consists of comes before it.
      const value = this.readAnew(ast, "")
      this.shared.set(name, value)
    }
    return name
  }

  private readAnew(ast: SchemaAST.AST, indent: string): string {
    const checks = ast.checks ?? []
    switch (ast._tag) {
      case "Boolean":
        return this.use("boolean")
      case "Declaration":
        return this.checked(titleOf(ast), [])
      case "String":
      case "Number": {
        const at = checks.findIndex((check) => titleOf(check) !== undefined)
        return this.checked(at < 0 ? undefined : titleOf(checks[at]!), checks.slice(at + 1))
      }
      case "Literal":
        return `${this.use("oneOf")}(${JSON.stringify(ast.literal)})`
      case "Arrays":
        return `${this.use("list")}(${[this.read(ast.rest[0]!, indent), ...checks.flatMap(numbersIn)].join(", ")})`
      case "Objects":
        return `${this.use("struct")}(${this.fields(ast, indent)})`
      case "Union":
        return this.union(ast, indent)
      default:
        throw new Error(`no reader is known for ${ast._tag}`)
    }
  }

  private checked(title: string | undefined, further: ReadonlyArray<SchemaAST.Check<unknown>>): string {
    if (title === undefined || !named.has(title)) throw new Error(`no reader is known for ${title}`)
    const [bound, ...others] = further
    if (bound === undefined) return this.use(small(title))
    const bounded = { text: "textUpTo", u32: "u32Between" }[title]
    if (bounded === undefined || others.length > 0) throw new Error(`no reader is known for ${title} with bounds`)
    return `${this.use(bounded)}(${numbersIn(bound).join(", ")})`
  }

  private union({ types }: SchemaAST.Union, indent: string): string {
    const objects = types.filter((type) => type._tag === "Objects")
    if (objects.length === types.length) {
      const lines = objects.map((type) => {
        const kind = type.propertySignatures.find(({ name }) => name === "type")?.type
        if (kind?._tag !== "Literal") throw new Error("an object among others has a type that says which")
        return `${indent}  ${String(kind.literal)}: ${this.fields(type, `${indent}  `, "type")},\n`
      })
      return `${this.use("tagged")}({\n${lines.join("")}${indent}})`
    }
    return `${this.use("oneOf")}(${types.flatMap(literals).join(", ")})`
  }
}

const literals = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (ast._tag === "Union") return ast.types.flatMap(literals)
  if (ast._tag === "Null") return ["null"]
  if (ast._tag === "Literal") return [JSON.stringify(ast.literal)]
  throw new Error(`no reader is known for ${ast._tag} among others`)
}

export const plainServerFrames: Document = {
  path: "src/protocol/v2/plainServerFrames.ts",
  render: () =>
    new Table().render("What a server says, field by field.", {
      plainReply: [ConnectReply],
      plainServerFrames: Server.all,
    }),
}

export const plainClientFrames: Document = {
  path: "src/protocol/v2/plainClientFrames.ts",
  render: () =>
    new Table().render("What a client says, field by field.", {
      plainRequest: [ConnectRequest],
      plainClientFrames: Client.all,
    }),
}
