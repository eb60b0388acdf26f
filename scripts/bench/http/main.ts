// The load over HTTP, a process of its own: requests over kept connections, on one event loop.
//
// Started with an HttpPlan (JSON) as its one argument; says HttpEvents, one line of JSON each, on stdout; ends by itself,
// and when its stdin ends (so that it never outlives whoever started it).
import * as fs from "node:fs"
import { Histogram } from "../../../src/scenario/Histogram.ts"
import { contentOf, memberName } from "../Message.ts"
import { ask, connectFrame, open, rates, seconds, stopwatch } from "../sessions/Conversation.ts"
import type { HttpAnswer, HttpEvent, HttpPlan } from "./Plan.ts"
import { begin } from "./Requester.ts"

const plan: HttpPlan = JSON.parse(process.argv[2] ?? "{}")

process.stdin.on("end", () => process.exit(1)).resume()

const say = (event: HttpEvent): void => {
  fs.writeSync(1, `${JSON.stringify(event)}\n`)
}

const fail = (reason: string): never => {
  say({ type: "Failed", reason })
  process.exit(1)
}

const channel = "bench"
const path = `/api/v1/channels/${channel}/messages`
const pageSize = 50
/** Of as many digits as the last place, so that all pages have the same length. */
const firstPlace = 1000

/** Signs in over TCP, and says as much as is to be read. */
const prepare = async (): Promise<string> => {
  const peer = open({ ...plan, work: "hold", connections: 1, first: 0 })
  await ask(peer, connectFrame, "Connect")
  const { token } = await ask(peer, { type: "Login", username: memberName(0), password: "x" }, "LoggedIn")
  await ask(peer, { type: "Join", channel }, "Joined")
  for (let place = 0; place < firstPlace + plan.history; place++) {
    const message = { type: "Publish", channel, id: `m-${place}`, content: contentOf(0, place) }
    await new Promise<void>((resolve) => {
      peer.onFrame = (_, bytes, start, end) => {
        const text = bytes.toString("utf8", start, end)
        if (text.startsWith('{"type":"Error"')) fail(text)
        if (text.startsWith('{"type":"Published"')) resolve()
      }
      peer.send(message)
    })
  }
  peer.onFrame = () => undefined
  return String(token)
}

const requestsOf = (token: string): (() => Buffer) => {
  const head = `HTTP/1.1\r\nHost: ${plan.host}\r\nAuthorization: Bearer ${token}\r\nAccept: */*\r\n`
  let count = 0
  if (plan.asking === "latest") {
    const request = Buffer.from(`GET ${path}?limit=${pageSize} ${head}\r\n`)
    return () => request
  }
  if (plan.asking === "pages") {
    const requests = Array.from({ length: plan.history - pageSize }, (_, index) =>
      Buffer.from(`GET ${path}?after=${firstPlace + index}&limit=${pageSize} ${head}\r\n`),
    )
    // Not one behind the other: nothing that was just read is asked for again soon.
    return () => requests[(count += 997) % requests.length]!
  }
  return () => {
    const body = JSON.stringify({ content: contentOf(1, count % 1_000_000) })
    const key = `key-${String(count++).padStart(9, "0")}`
    return Buffer.from(
      `POST ${path} ${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\nIdempotency-Key: ${key}\r\n\r\n${body}`,
    )
  }
}

const run = async (): Promise<void> => {
  const next = requestsOf(plan.service ? await prepare() : `natg_${"x".repeat(100)}`)
  const expected = plan.asking === "publish" ? 201 : 200
  let [asking, answered] = [true, 0]
  let sample: HttpAnswer | undefined
  let histogram = new Histogram()
  const check = (answer: HttpAnswer): void => {
    const { entries } = JSON.parse(answer.body) as { readonly entries?: ReadonlyArray<unknown> }
    if (plan.asking !== "publish" && entries?.length !== pageSize) fail(`a page of ${entries?.length}`)
    sample ??= answer
  }
  for (let index = 0; index < plan.connections; index++) {
    begin({
      ...plan,
      fail,
      next: () => (asking ? next() : undefined),
      onAnswer: (status, milliseconds, answer) => {
        if (status !== expected) fail(JSON.stringify(answer()).slice(0, 500))
        if (answered++ % 1000 === 0) check(answer())
        histogram.record(milliseconds)
      },
    })
  }
  await seconds(plan.rampSeconds)
  say({ type: "Progress", text: "measuring" })
  histogram = new Histogram()
  const [before, taken] = [answered, stopwatch(plan)]
  await seconds(plan.seconds)
  const figures = rates(answered - before, taken())
  asking = false
  if (figures.count === 0 || sample === undefined) return fail("nothing was answered in the measured time")
  say({
    type: "Measured",
    figures: { ...figures, p50: histogram.percentile(0.5), p99: histogram.percentile(0.99), bytes: sample.body.length },
    answer: sample,
  })
  process.exit(0)
}

run().catch((error: unknown) => fail(String(error)))
