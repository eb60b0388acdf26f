import { assert, describe, it } from "@effect/vitest"
import parse from "parse-prometheus-text-format"
import { Distribution } from "../../src/observability/Distribution.ts"
import { type Declaration, metrics } from "../../src/observability/metrics.ts"
import type { Readings } from "../../src/observability/Readings.ts"
import * as Registry from "../../src/observability/Registry.ts"
import { valuesIn } from "./scrape.ts"

const declared: ReadonlyArray<[name: string, declaration: Declaration]> = Object.entries(metrics)

/** What every metric says, with values of this test's. */
const everything = Registry.text((readings: Readings) => {
  for (const [name, { bounds = [], kind, labels }] of declared) {
    const distribution = new Distribution(bounds)
    for (const bound of [0, ...bounds]) distribution.observe(bound * 1.5)
    for (const word of labels.length === 0 ? [""] : ["one", "two"]) {
      readings.all.push({
        name: name as keyof typeof metrics,
        labels: Object.fromEntries(labels.map((label) => [label, word])),
        value: kind === "histogram" ? distribution : 7,
      })
    }
  }
})
const lines = everything.split("\n")

describe("what is declared", () => {
  it("has the names that Prometheus wants", () => {
    for (const [name, { bounds, kind, labels, unit }] of declared) {
      assert.match(name, /^(natter|process)(_[a-z]+)+$/)
      assert.strictEqual(kind === "counter", name.endsWith("_total"), name)
      assert.notMatch(name, /_(bucket|sum|count|info_total)$/)
      if (unit === "seconds" || unit === "bytes") assert.include(name.replace("_total", ""), `_${unit}`, name)
      for (const label of labels) {
        assert.match(label, /^[a-z]+$/)
        assert.notInclude(["le", "quantile", "job", "instance"], label)
        // A series for each of these would be as many as people come.
        assert.notInclude(["user", "username", "channel", "address", "session"], label)
      }
      assert.strictEqual(bounds !== undefined, kind === "histogram", name)
      for (const [at, bound] of bounds?.entries() ?? []) assert.isAbove(bound, bounds![at - 1] ?? 0, name)
    }
  })

  it("has a meaning in one line", () => {
    for (const [name, { meaning }] of declared) assert.match(meaning, /^[^\n]{10,}[^.\n]$/, name)
  })
})

describe("the text for Prometheus", () => {
  it("has each metric once: what it is, then its series, and ends with a line's end", () => {
    const names = lines.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? [])
    assert.deepStrictEqual(
      names,
      declared.map(([name]) => name),
    )
    let family = ""
    let kind = ""
    const seen = new Set<string>()
    for (const line of lines.slice(0, -1)) {
      const [, help] = /^# HELP (\S+) \S/.exec(line) ?? []
      const [, type, of] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? []
      if (help !== undefined) family = help
      else if (type !== undefined) {
        assert.strictEqual(type, family)
        kind = of!
      } else {
        const [, name, labels = ""] =
          /^([a-z_]+)(\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+\})? [-+]?[\d.e+-]+$/.exec(line) ?? []
        assert.isDefined(name, line)
        assert.include(kind === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => family + end) : [family], name)
        assert.isFalse(seen.has(name + labels), line)
        seen.add(name + labels)
      }
    }
    assert.strictEqual(lines.at(-1), "")
  })

  it("is read by a parser, as it was meant", () => {
    const found = parse(everything)
    assert.deepStrictEqual(
      found.map(({ help, name, type }) => [name, type.toLowerCase(), help]),
      declared.map(([name, { kind, meaning }]) => [name, kind, meaning]),
    )
  })

  it("has buckets that hold those below them, and all in the last", () => {
    const values = valuesIn(everything)
    for (const [name, { bounds, labels }] of declared) {
      if (bounds === undefined) continue
      const own = labels.length === 0 ? "" : `${labels.map((label) => `${label}="one"`).join(",")},`
      const counts = [...bounds, "+Inf"].map((bound) => values.get(`${name}_bucket{${own}le="${bound}"}`))
      assert.notInclude(counts, undefined, name)
      assert.deepStrictEqual(
        counts,
        counts.toSorted((one, other) => one! - other!),
      )
      const count = values.get(labels.length === 0 ? `${name}_count` : `${name}_count{${own.slice(0, -1)}}`)
      assert.strictEqual(counts.at(-1), count)
      assert.strictEqual(count, bounds.length + 1)
    }
  })

  it("keeps what is odd in a label where it belongs", () => {
    const odd = 'a "b"\\c\nd}'
    const text = Registry.text((readings) =>
      readings.number("natter_http_requests_total", 1, { method: "GET", route: odd, status: "200" }),
    )
    const [family] = parse(text)
    assert.strictEqual(family!.metrics.length, 1)
    assert.strictEqual(family!.metrics[0]!.labels!["route"], odd)
  })
})
