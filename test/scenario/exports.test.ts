/** A result as JUnit's XML and as comma-separated values. */
import { assert, describe, it } from "@effect/vitest"
import * as Csv from "../../src/scenario/Csv.ts"
import * as JUnit from "../../src/scenario/JUnit.ts"
import type { Result } from "../../src/scenario/Result.ts"
import { fanOut, hostile } from "./report/results.ts"

const verdicts: Result["verdicts"] = [
  { promise: "p99 of delivery", holds: true, found: "3 ms", asked: "at most 5 ms" },
  { promise: `order <&"'>\0`, holds: false, found: "a\nb", asked: "none" },
  { promise: "memory", holds: "not judged here", found: "nobody knows", asked: "at most 1 MiB" },
]

describe("a result as JUnit's XML", () => {
  it("has a test for each promise: passed, failed or skipped", () => {
    const xml = JUnit.make({ ...fanOut(), seconds: 5, verdicts })
    assert.match(xml, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites>/)
    assert.include(xml, `tests="3" failures="1" errors="0" skipped="1" time="5.000"`)
    assert.include(xml, `name="p99 of delivery" time="5.000"><system-out>3 ms (asked: at most 5 ms)</system-out>`)
    assert.include(xml, `name="order &lt;&amp;&quot;'&gt;" time="5.000"><failure message="a&#10;b (asked: none)"/>`)
    assert.include(xml, `<skipped message="nobody knows (asked: at most 1 MiB)"/>`)
    assert.strictEqual(xml.split("<testcase ").length, 4)
  })

  it("cannot be broken out of", () => {
    const xml = JUnit.make({
      ...hostile(),
      verdicts: [{ promise: '"/></x>\ud800\u001b', holds: false, found: "<", asked: "]]>" }],
    })
    for (const character of ["\0", "\u0008", "\u001b"]) assert.notInclude(xml, character)
    assert.isTrue(xml.isWellFormed())
    assert.lengthOf(xml.match(/<failure /g)!, 1)
    assert.include(xml, `name="&quot;/&gt;&lt;/x&gt;\ufffd"`)
  })
})

describe("a result as comma-separated values", () => {
  const rows = (result: Result) => Csv.make(result).split("\r\n")

  it("has a line for each figure", () => {
    const [latency] = fanOut().latencies
    const result = { ...fanOut(), latencies: [{ ...latency!, lost: 7 }], verdicts: verdicts.slice(0, 1) }
    const [head, ...lines] = rows(result)
    assert.strictEqual(head, "kind,name,which,unit,value")
    assert.strictEqual(lines[0], "promise,p99 of delivery,3 ms,,true")
    assert.include(lines, `latency,${latency!.name},p99,ms,${latency!.p99}`)
    assert.include(lines, `latency,${latency!.name},lost,,7`)
    assert.include(lines, `counter,sent,,,${result.counters["sent"]}`)
    const [series] = result.series
    assert.include(lines, `series,${series!.name},${series!.points[0]![0]},${series!.unit},${series!.points[0]![1]}`)
    assert.strictEqual(lines.at(-1), "")
  })

  it("quotes what has to be, and gives no formula to a spreadsheet", () => {
    const errors = { 'a "b", c\nd': 1, "=1+1": 2 }
    const text = Csv.make({ ...fanOut(), series: [], latencies: [], verdicts: [], counters: {}, errors })
    assert.strictEqual(text, `kind,name,which,unit,value\r\nerror,"a ""b"", c\nd",,,1\r\nerror,'=1+1,,,2\r\n`)
  })
})
