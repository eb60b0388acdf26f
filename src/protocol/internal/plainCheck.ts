import type * as SchemaAST from "effect/SchemaAST"
import { bytes } from "./field.ts"

/** Whether a value is of the field's type, and as its schema wants it. */
export type Check = (value: unknown) => boolean

const options: SchemaAST.ParseOptions = {}

/**
 * A check of a field by the very filters of its schema, for text, numbers, booleans and literals: they are most of what
 * clients send, and going through the schema costs three times as much. Undefined where the schema has to be asked.
 */
export const plainCheck = (ast: SchemaAST.AST): Check | undefined => {
  if (ast.encoding !== undefined) return undefined
  const isOfType = typeCheck(ast)
  if (isOfType === undefined) return undefined
  const filters: Array<SchemaAST.Filter<unknown>> = []
  for (const check of ast.checks ?? []) {
    if (check._tag !== "Filter") return undefined
    filters.push(check)
  }
  const [filter] = filters
  if (filter === undefined) return isOfType
  if (filters.length === 1) return (value) => isOfType(value) && filter.run(value, ast, options) === undefined
  return (value) => isOfType(value) && filters.every((filter) => filter.run(value, ast, options) === undefined)
}

const typeCheck = (ast: SchemaAST.AST): Check | undefined => {
  switch (ast._tag) {
    case "String":
      return (value) => typeof value === "string"
    case "Number":
      return (value) => typeof value === "number"
    case "Boolean":
      return (value) => typeof value === "boolean"
    case "Literal": {
      const { literal } = ast
      return (value) => value === literal
    }
    case "Declaration":
      return ast === bytes.ast ? (value) => value instanceof Uint8Array : undefined
    case "Union": {
      const checks = ast.types.map(plainCheck)
      return checks.every((check) => check !== undefined) ? (value) => checks.some((check) => check(value)) : undefined
    }
    default:
      return undefined
  }
}
