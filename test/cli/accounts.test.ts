import * as fs from "node:fs"
import { describe, expect, test } from "vitest"
import { run } from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"
import { Client, makeFolder, serve, Terminal } from "./NatterProcess.ts"

/** Runs a command that has to succeed; what it printed. */
const ok = async (data: string, args: ReadonlyArray<string>, input?: string): Promise<string> => {
  const { code, stderr, stdout } = await run([...args, "--data", data], input === undefined ? {} : { input })
  expect(code, stderr).toBe(0)
  return stdout
}

const lines = (text: string): ReadonlyArray<unknown> =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/)

/** A version 2 client that signed in with a token. */
const authenticate = async (port: number, token: string): Promise<Client> => {
  const client = new Client(port)
  client.send({ type: "Connect", client_id: "test", version: "2.0" }, { type: "Authenticate", token })
  await client.nextOf("LoggedIn")
  return client
}

describe("natter user", () => {
  test("adds, lists, disables and enables users", async () => {
    const data = `${makeFolder()}/new`
    await ok(data, ["user", "add", "bob"], "bobs\n")
    await ok(data, ["user", "add", "Ann", "--admin"], "anns\r\nand more")
    const ann = { name: "Ann", role: "admin", state: "enabled", created: time, id: uuid }
    const bob = { name: "bob", role: "member", state: "enabled", created: time, id: uuid }
    expect(lines(await ok(data, ["user", "list", "--json"]))).toEqual([ann, bob])
    await ok(data, ["user", "role", "bob", "admin"])
    expect(lines(await ok(data, ["user", "list", "--json"]))).toEqual([ann, { ...bob, role: "admin" }])
    await ok(data, ["user", "role", "bob", "member"])
    await ok(data, ["user", "disable", "ANN"])
    expect(lines(await ok(data, ["user", "list", "--json"]))).toEqual([{ ...ann, state: "disabled" }, bob])
    await ok(data, ["user", "enable", "ann"])
    const [head, ...rows] = (await ok(data, ["user", "list"])).trimEnd().split("\n")
    expect(head!.split(/ +/)).toEqual(["NAME", "ROLE", "STATE", "CREATED", "ID"])
    expect(rows.map((row) => row.split(/ +/).slice(0, 3))).toEqual([
      ["Ann", "admin", "enabled"],
      ["bob", "member", "enabled"],
    ])
    const server = await serve(data)
    expect(await new Client(server.port).login("ann", "anns")).toMatchObject({ success: true })
    expect(await new Client(server.port).login("bob", "anns")).toMatchObject({ success: false })
  })

  test("lets a code register one name, where an invite is needed", async () => {
    const data = makeFolder()
    const code = (await ok(data, ["user", "invite", "--expires", "1h"])).trim()
    expect(code).toMatch(/^natinv_[\w-]+$/)
    const server = await serve(data, { args: ["--accounts", "invite"] })
    const register = async (username: string) => {
      const client = new Client(server.port)
      client.send(
        { type: "Connect", client_id: "test", version: "2.0" },
        { type: "Login", username, password: "x", invite: code },
      )
      await client.nextOf("Connect")
      return (await client.next())?.type
    }
    expect(await register("ann")).toBe("LoggedIn")
    expect(await register("bob")).toBe("Error")
  })

  test.each([
    [["user", "list"], "there are no accounts in "],
    [["user", "passwd", "ann"], "there are no accounts in "],
    [["token", "list"], "there are no accounts in "],
  ])("%j takes a folder that is not there for a typing mistake", async (args, problem) => {
    const data = `${makeFolder()}/typo`
    const { code, stderr, stdout } = await run([...args, "--data", data])
    expect([code, stdout]).toEqual([1, ""])
    expect(stderr).toBe(
      `natter: ${problem}${data}: give the folder that the server uses with --data or NATTER_DATA, or with --address a service that runs, which you administer\n`,
    )
  })

  test("makes no folder where no password is given", async () => {
    const data = `${makeFolder()}/new`
    const { code, stderr } = await run(["user", "add", "ann", "--data", data])
    expect([code, stderr]).toEqual([1, "natter: a password is needed on the standard input\n"])
    expect(fs.existsSync(data)).toBe(false)
  })

  test("says in one line what is wrong", async () => {
    const data = makeFolder()
    await ok(data, ["user", "add", "ann"], "x\n")
    const complaint = async (args: ReadonlyArray<string>, input = "") => {
      const { code, stderr } = await run([...args, "--data", data], { input })
      expect(code).toBe(1)
      return stderr
    }
    expect(await complaint(["user", "add", "ANN"], "x")).toBe('natter: The name "ANN" is taken\n')
    expect(await complaint(["user", "add", "bob"])).toBe("natter: a password is needed on the standard input\n")
    expect(await complaint(["user", "add", " bob"], "x")).toMatch(/^natter: A username has [^\n]+\n$/)
    expect(await complaint(["user", "add", "bob"], "x".repeat(5000))).toMatch(/^natter: A password has [^\n]+\n$/)
    expect(await complaint(["user", "passwd", "bob"], "x")).toBe('natter: There is no account "bob"\n')
    expect(await complaint(["token", "create", "bob"])).toBe('natter: There is no account "bob"\n')
    expect(await complaint(["token", "revoke", "bob"])).toBe('natter: There is no token "bob"\n')
    expect(await complaint(["token", "create", "ann", "--scope", "fly"])).toContain("read, write, manage")
    expect(await complaint(["token", "create", "ann", "--channel", "a b"])).toContain("the name of a channel")
    expect(await complaint(["user", "invite", "--expires", "soon"])).toMatch(/"soon".*a time such as 12h/)
  })

  test("ends the sessions of a user who is disabled, or has a new password, within seconds", async () => {
    const data = makeFolder()
    const server = await serve(data)
    const [ann, bob, eve] = ["ann", "bob", "eve"].map(() => new Client(server.port))
    for (const [client, name] of [
      [ann!, "ann"],
      [bob!, "bob"],
      [eve!, "eve"],
    ] as const) {
      expect(await client.login(name, "x")).toMatchObject({ success: true })
    }
    await ok(data, ["user", "disable", "ann"])
    await ok(data, ["user", "passwd", "bob"], "y")
    const begun = process.hrtime.bigint()
    expect((await ann!.untilClosed()).at(-1)).toMatchObject({ type: "Error", code: 403 })
    expect((await bob!.untilClosed()).at(-1)).toMatchObject({ type: "Error", code: 401 })
    expect(Number(process.hrtime.bigint() - begun) / 1e9).toBeLessThan(5)
    expect(await new Client(server.port).login("ann", "x")).toMatchObject({ success: false })
    expect(await new Client(server.port).login("bob", "y")).toMatchObject({ success: true })
    eve!.send({ type: "Ping" })
    await eve!.nextOf("Pong")
  })

  test("asks for a password twice, and shows nothing of it", async () => {
    const data = makeFolder()
    const add = async (password: string, again: string) => {
      const terminal = new Terminal(["user", "add", "ann", "--data", data])
      await terminal.answer("New password of ann: ", `${password}\r`)
      await terminal.answer("Again: ", `${again}\r`)
      const code = await terminal.code
      expect(terminal.shown).not.toContain("hunter")
      return [code, terminal.shown.trimEnd().split("\r\n").at(-1)]
    }
    expect(await add("hunter2", "hunter3")).toEqual([1, "natter: the two are not the same: nothing was changed"])
    expect(await add("hunter2", "hunter2")).toEqual([0, "ann can sign in as member"])
    const server = await serve(data)
    expect(await new Client(server.port).login("ann", "hunter2")).toMatchObject({ success: true })
  })

  test("leaves without a word when no password is given", async () => {
    const data = makeFolder()
    const terminal = new Terminal(["user", "add", "ann", "--data", data])
    await terminal.answer("New password of ann: ", "\x03")
    expect(await terminal.code).toBe(130)
    expect(await ok(data, ["user", "list", "--json"])).toBe("")
  })
})

describe("natter token", () => {
  test("makes tokens that sign in, lists and revokes them", async () => {
    const data = makeFolder()
    await ok(data, ["user", "add", "ci"], "x")
    await ok(data, ["user", "add", "ann"], "x")
    const token = (await ok(data, ["token", "create", "ci", "--label", "builds", "--expires", "never"])).trim()
    expect(token).toMatch(/^nat_[\w-]+$/)
    const server = await serve(data)
    const client = await authenticate(server.port, token)

    const entry = {
      id: uuid,
      user: "ci",
      kind: "access",
      label: "builds",
      scope: null,
      channels: null,
      created: time,
      expires: null,
      used: time,
    }
    const list = async (...more: ReadonlyArray<string>) => lines(await ok(data, ["token", "list", "--json", ...more]))
    expect(await list()).toEqual([{ ...entry, state: "live" }])
    expect(await ok(data, ["token", "list", "ann", "--json"])).toBe("")
    expect(await ok(data, ["token", "list"])).not.toContain(token)

    const [{ id }] = (await list("ci")) as [{ id: string }]
    await ok(data, ["token", "revoke", id])
    const begun = process.hrtime.bigint()
    expect((await client.untilClosed()).at(-1)).toMatchObject({ type: "Disconnect", reason: "TokenRevoked" })
    expect(Number(process.hrtime.bigint() - begun) / 1e9).toBeLessThan(5)
    expect(await list()).toEqual([{ ...entry, state: "revoked" }])
    const again = new Client(server.port)
    again.send({ type: "Connect", client_id: "test", version: "2.0" }, { type: "Authenticate", token })
    expect(await again.nextOf("Error")).toMatchObject({ name: "InvalidToken" })
  })

  test("makes tokens that are for less than their owner may", async () => {
    const data = makeFolder()
    await ok(data, ["user", "add", "ci"], "x")
    const flags = [
      "--scope",
      "read,publish,createChannel",
      "--channel",
      "releases",
      "--channel",
      "@ann",
      "--expires",
      "90d",
    ]
    const created = await Natter.run(["token", "create", "ci", ...flags, "--data", data])
    expect(created.code, created.stderr).toBe(0)
    const token = created.stdout.trim()
    const [listed] = lines(await ok(data, ["token", "list", "--json"]))
    expect(listed).toMatchObject({ scope: "read,publish,createChannel", channels: "releases,@ann", used: null })
    const server = await serve(data)
    const client = await authenticate(server.port, token)
    client.send({ type: "Join", ref: 5, channel: "releases" })
    await client.nextOf("Joined")
    client.send({ type: "Publish", ref: 6, channel: "releases", id: "m-1", content: "1.4.2" })
    await client.nextOf("Published")
    client.send({ type: "Join", ref: 7, channel: "ops" })
    expect(await client.nextOf("Error")).toMatchObject({ ref: 7, code: 210, name: "OutOfScope" })
    client.send({ type: "SetTopic", ref: 8, channel: "releases", topic: "mine" })
    expect(await client.nextOf("Error")).toMatchObject({ ref: 8, name: "OutOfScope" })
  })
})
