/** Sends hostile streams of HTTP to a running server, checks what it answers, and that somebody else is served in between. */
import * as net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { type HostileRequests, secret } from "../../src/testing/HttpFuzz.ts"
import { type HttpAnswer, readAnswers } from "./httpAnswers.ts"
import type { Target } from "./socket.ts"

/** How long a server may take to end a connection whose other side has ended, in milliseconds. */
const endsWithin = 10_000

/** How long somebody healthy waits, at most. */
const patience = 1000

/** Statuses that say that the server is not well or not able, which may be so. */
const honest = new Set([501, 503, 505])

/** How it ends: when everything was sent, or as soon as that, without reading what is answered. */
const endings = ["end", "end", "end", "end", "end", "end", "destroy", "reset"] as const

/** Sends one hostile stream and goes. What is wrong with the answers, in a sentence; undefined where nothing is. */
export const attack = async (
  target: Target,
  { chunks, seed }: HostileRequests,
  credential: string = secret,
): Promise<string | undefined> => {
  const socket = net.connect({ ...target, noDelay: true, allowHalfOpen: true })
  let heard = ""
  socket.on("data", (chunk) => (heard += chunk.toString("latin1")))
  // The server may close the connection at any time.
  socket.on("error", () => {})
  const closed = new Promise<"closed">((resolve) =>
    socket.once("end", () => socket.end()).once("close", () => resolve("closed")),
  )
  const ending = endings[seed % endings.length]!
  for (const [index, piece] of chunks.entries()) {
    if (!socket.writable) break
    socket.write(piece)
    // Now and then a pause, so that the server gets a piece by itself.
    if (index % 8 === 0) await sleep(1)
  }
  if (ending === "destroy") socket.destroy()
  if (ending === "reset") socket.resetAndDestroy()
  if (ending !== "end") return void (await closed)
  socket.end()
  const limit = new AbortController()
  const outcome = await Promise.race([
    closed,
    sleep(endsWithin, "late" as const, { signal: limit.signal }).catch(() => "late" as const),
  ])
  limit.abort()
  socket.destroy()
  if (outcome === "late") return `the connection is open ${endsWithin} ms after its end`
  if (heard.includes(secret) || heard.includes(credential)) return "an answer repeats a credential"
  return complaintAbout(heard, Buffer.concat(chunks).toString("latin1"))
}

const complaintAbout = (heard: string, sent: string): string | undefined => {
  // What does not begin with a letter is no HTTP to the server, and is answered in frames.
  if (!/^[A-Z]/.test(sent)) return undefined
  const read = readAnswers(heard, sent.includes("HEAD"))
  if (typeof read === "string") return read
  const { answers } = read
  const final = answers.filter(({ status }) => status === 101 || status >= 200)
  // Each ends with a version but for those that are too broken, of which only the last is answered.
  const asked = sent.split(/HTTP\/|[A-Z]{3,} \//).length
  if (final.length > asked) return `${final.length} answers to ${asked} requests at most`
  for (const answer of final) {
    const complaint = complaintAboutOne(answer)
    if (complaint !== undefined) return complaint
  }
  return undefined
}

const complaintAboutOne = ({ body, headers, status }: HttpAnswer): string | undefined => {
  if (status >= 500 && !honest.has(status)) return `${status}: ${body.slice(0, 200)}`
  if (status < 400 || body === "") return undefined
  if (headers.get("content-type") !== "application/problem+json")
    return `${status} is no problem document: ${body.slice(0, 200)}`
  try {
    const problem = JSON.parse(body)
    return problem.status === status ? undefined : `${status} calls itself ${problem.status}`
  } catch {
    return `${status} has no JSON: ${body.slice(0, 200)}`
  }
}

/** Asks twice over one connection, as everybody may. What is wrong; undefined where it is answered in time. */
export const checkHealth = (target: Target): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = net.connect({ ...target, noDelay: true })
    let heard = ""
    let complaint: string | undefined = `no answer within ${patience} ms`
    const timer = setTimeout(() => socket.destroy(), patience)
    const get = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
    socket.on("connect", () => socket.write(get))
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1")
      const read = readAnswers(heard)
      if (typeof read === "string" || read.rest !== "") return
      if (read.answers.length === 1) return void socket.write(get)
      const statuses = read.answers.map(({ status }) => status).join(", ")
      complaint = statuses === "404, 404" ? undefined : `what is not there is answered with ${statuses}`
      socket.destroy()
    })
    socket.on("error", (error) => (complaint = error.message))
    socket.once("close", () => {
      clearTimeout(timer)
      resolve(complaint)
    })
  })
