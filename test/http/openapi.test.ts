import { assert, describe, it } from "@effect/vitest"
import * as OpenApi from "effect/http-api/OpenApi"
import { Api, root } from "../../src/http/api/Api.ts"

const spec = OpenApi.fromApi(Api)

const operations = Object.entries(spec.paths).flatMap(([path, item]) =>
  (["get", "put", "post", "delete", "patch"] as const).flatMap((method) => {
    const operation = item[method]
    return operation === undefined ? [] : [{ name: `${method} ${path}`, path, operation }]
  }),
)

/** Everything in it, with its name. */
const parts = (value: unknown, name = ""): ReadonlyArray<readonly [string, unknown]> =>
  typeof value !== "object" || value === null
    ? [[name, value]]
    : [[name, value], ...Object.entries(value).flatMap(([name, inner]) => parts(inner, name))]

const strings = (name: string): ReadonlyArray<string> =>
  parts(spec).flatMap(([is, value]) => (is === name && typeof value === "string" ? [value] : []))

describe("the description in OpenAPI", () => {
  it("is of version 3.1, and says of each operation what there is to say", () => {
    assert.strictEqual(spec.openapi, "3.1.0")
    assert.isAbove(operations.length, 50)
    for (const { name, operation, path } of operations) {
      assert.isTrue(path.startsWith(root), name)
      assert.match(operation.operationId!, /^\w+\.\w+$/, name)
      assert.isAbove(operation.summary?.length ?? 0, 5, name)
      assert.isArray(operation.security, name)
      assert.include(
        spec.tags.map(({ name }) => name),
        operation.tags![0],
        name,
      )
      const statuses = Object.keys(operation.responses)
      assert.lengthOf(
        statuses.filter((status) => status.startsWith("2")),
        1,
        name,
      )
      assert.includeMembers(statuses, ["400", "401", "429", "503"], name)
      const inPath = operation.parameters!.filter((parameter) => parameter.in === "path" && parameter.required)
      assert.sameMembers(
        inPath.map(({ name }) => name),
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!),
        name,
      )
    }
    const ids = operations.map(({ operation }) => operation.operationId)
    assert.strictEqual(new Set(ids).size, ids.length)
  })

  it("says who may ask: with a token, but for signing in, what comes by a secret address, and the welcome", () => {
    const open = operations.filter(({ operation }) => operation.security!.length === 0)
    assert.sameMembers(
      open.map(({ operation }) => operation.operationId),
      ["session.signIn", "hooks.receive", "service.welcome"],
    )
    const schemes = Object.keys(spec.components.securitySchemes)
    for (const { name, operation } of operations) {
      assert.includeMembers(schemes, operation.security!.flatMap(Object.keys), name)
    }
  })

  it("refers only to what there is", () => {
    const there = Object.keys(spec.components.schemas).map((name) => `#/components/schemas/${name}`)
    assert.sameMembers([...new Set(strings("$ref"))], there)
    assert.deepStrictEqual(there, ["#/components/schemas/Problem"])
  })

  it("says of each parameter what it is, beside its type, and calls numbers numbers", () => {
    for (const { name, operation } of operations) {
      for (const parameter of operation.parameters!) {
        assert.isAbove(parameter.description?.length ?? 0, 5, `${name}: ${parameter.name}`)
      }
    }
    const { parameters } = spec.paths["/api/v1/channels/{channel}/messages"]!.get!
    assert.deepInclude(parameters, {
      name: "limit",
      in: "query",
      required: false,
      description: "At most this many, 1 to 300. Default: 300.",
      schema: { type: "integer" },
    })
  })

  it("has no pattern that means something else without the flag u, as the page at /docs reads it", () => {
    assert.isAbove(strings("pattern").length, 0)
    for (const pattern of strings("pattern")) assert.notMatch(pattern, /\\[pu]\{/)
  })
})
