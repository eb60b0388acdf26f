import { DatabaseSync } from "node:sqlite"
import { expect, test } from "vitest"
import { Client, makeFolder, run, serve } from "../cli/NatterProcess.ts"

const connect = { type: "Connect", client_id: "test", version: "2.0", capabilities: ["typing", "status"] }

// What people write is theirs: a whole life of a server, at the most talkative level, with everything that can go wrong
// in it, and nothing of it in what the server writes.
test.each(["json", "pretty"])("no password, token or message text is in the log (%s)", async (format) => {
  const data = makeFolder()
  const secrets = new Set<string>()
  const secret = (name: string): string => {
    const text = `MARK-${name}-${"x".repeat(8)}`
    secrets.add(text)
    return text
  }
  const received = (token: unknown): string => {
    expect(token).toMatch(/^nat_/)
    secrets.add(String(token))
    return String(token)
  }
  const password = secret("password")

  const added = await run(["user", "add", "bot", "--data", data], { input: secret("piped") })
  const created = await run(["token", "create", "bot", "--data", data])
  const invited = await run(["user", "invite", "--data", data])
  expect([added.code, created.code, invited.code]).toEqual([0, 0, 0])
  const access = received(created.stdout.trim())
  secrets.add(invited.stdout.trim())

  const server = await serve(data, { args: ["--log-level", "trace", "--log-format", format] })
  const client = () => new Client(server.port)

  // Version 1: registered, refused, in; what is said well and badly.
  const ann = client()
  received((await ann.login("ann", password))["token"])
  expect(await client().login("ann", secret("wrong"))).toMatchObject({ success: false })
  expect(await client().login(`${secret("name")}\u0000`, password)).toMatchObject({ success: false })
  ann.send({ type: "ChatMessage", from: "ann", content: secret("message"), timestamp: 0 })
  await ann.nextOf("ChatMessage")
  ann.send({ type: "ChatMessage", from: "ann", content: secret("long") + "y".repeat(20_000), timestamp: 0 })
  await ann.nextOf("Error")
  ann.send({ type: secret("type") })
  await ann.nextOf("Error")
  for (const body of [
    `{"type": "${secret("cut")}`,
    JSON.stringify({ type: "Login", username: "ann", password: [secret("list")] }),
    JSON.stringify({ type: "ChatMessage", content: secret("part") }),
    `${secret("noise")}\ufffd`,
  ]) {
    const broken = client()
    const bytes = Buffer.from(body)
    const header = Buffer.alloc(4)
    header.writeUInt32BE(bytes.length)
    broken.socket.write(Buffer.concat([header, bytes]))
    await broken.closed
  }

  // Version 2: by password, by token, by a wrong token, with an invite.
  const bob = client()
  bob.send(connect, {
    type: "Login",
    ref: 1,
    username: "bob",
    password: secret("second"),
    invite: invited.stdout.trim(),
  })
  received((await bob.nextOf("LoggedIn"))["token"])
  bob.send(
    { type: "Join", ref: 2, channel: "lobby" },
    { type: "Publish", ref: 3, channel: "lobby", id: "1", content: secret("published") },
    { type: "Publish", ref: 4, channel: "nowhere", id: "2", content: secret("astray") },
    { type: "SetTopic", ref: 5, channel: "lobby", topic: secret("topic") },
    { type: "SetStatus", ref: 6, status: "away", text: secret("status") },
    { type: "Publish", ref: 7, channel: "lobby", content: [secret("malformed")] },
    { type: "Ping" },
  )
  await bob.nextOf("Pong")
  const bot = client()
  bot.send(connect, { type: "Authenticate", ref: 1, token: access })
  await bot.nextOf("LoggedIn")
  const stranger = client()
  const guessed = `nat_${"A".repeat(43)}`
  secrets.add(guessed)
  stranger.send(connect, { type: "Authenticate", ref: 1, token: guessed })
  await stranger.nextOf("Error")

  // The storage fails under it.
  const database = new DatabaseSync(`${data}/natter.db`)
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
  for (const { name } of tables.all())
    database.exec(`PRAGMA foreign_keys = OFF; DROP TABLE IF EXISTS "${String(name)}"`)
  database.close()
  expect(await client().login("eve", secret("late"))).toMatchObject({ success: false })
  const late = client()
  late.send(connect, { type: "Authenticate", ref: 1, token: access })
  await late.nextOf("Error")

  server.child.kill("SIGTERM")
  expect(await server.ended).toEqual({ code: 0, signal: null })
  const log = server.stdout + server.stderr
  // It did log: otherwise this test proves nothing.
  for (const news of ["listening", "account registered", "token refused", "drained"]) expect(log).toContain(news)
  for (const text of secrets) expect(log).not.toContain(text)
  expect(log).not.toMatch(/MARK|nat_|natinv_|\$argon2|hunter/)
})
