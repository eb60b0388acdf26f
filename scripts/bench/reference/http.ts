// The Node limit for HTTP: whatever is asked, when it has come as a whole, one and the same answer, that in `--answer`.
import * as fs from "node:fs"
import * as http from "node:http"
import type { HttpAnswer } from "../http/Plan.ts"
import { argument, exitOnSignals } from "./Bare.ts"

const answer: HttpAnswer = JSON.parse(fs.readFileSync(argument("answer", ""), "utf8"))
const body = Buffer.from(answer.body)
// These are Node's own.
const { Connection: _, Date: __, "Keep-Alive": ___, ...headers } = answer.headers

const respond = (response: http.ServerResponse): void => {
  response.writeHead(answer.status, headers)
  response.end(body)
}

http
  .createServer((request, response) => {
    if (request.method === "GET") return respond(response)
    const chunks: Array<Buffer> = []
    request.on("data", (chunk) => chunks.push(chunk))
    request.on("end", () => respond(response))
  })
  .listen(Number(argument("port", "0")), argument("host", "127.0.0.1"))
exitOnSignals()
