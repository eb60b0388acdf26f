import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { expect, test } from "vitest"
import { run } from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"
import { Client, makeFolder, serve } from "./NatterProcess.ts"

test("natter backup copies a running service, natter restore puts it back, and both say what went wrong", async () => {
  const data = makeFolder()
  const file = `${makeFolder()}/monday.db`
  const server = await serve(data)
  expect(await new Client(server.port).login("ann", "secret")).toMatchObject({ success: true })

  expect(await Natter.run(["backup", file, "--data", data])).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/monday\.db is whole: 1 accounts, \d+ channels, 0 messages/),
  })
  expect(await run(["backup", file, "--data", data])).toMatchObject({
    code: 1,
    stderr: `natter: ${file} is there already: give another name, or remove it\n`,
  })
  expect(await run(["restore", file, "--data", data])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("is in use by another service"),
  })

  // What a killed service leaves, and a copy by hand.
  const copy = makeFolder()
  fs.copyFileSync(`${data}/natter.db`, `${copy}/natter.db`)
  server.child.kill("SIGKILL")
  await server.ended
  for (const command of [
    ["serve", "--port", "0"],
    ["user", "list"],
  ]) {
    expect(await run([...command, "--data", copy])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("it was copied while a service used it"),
    })
  }
  expect(await Natter.run(["restore", file, "--data", data])).toMatchObject({ code: 0 })
  const again = await serve(data)
  expect(await new Client(again.port).login("ann", "guess")).toMatchObject({ success: false })
  expect(await new Client(again.port).login("ann", "secret")).toMatchObject({ success: true })

  const postgres = { NATTER_STORAGE: "postgres", NATTER_POSTGRES_URL: "postgres://localhost/chat" }
  expect(await run(["backup", `${copy}/x`], { env: postgres })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("pg_dump"),
  })
})

test("natter backup and restore say that the bytes of files are not in it", async () => {
  const [data, other] = [makeFolder(), makeFolder()]
  const file = `${makeFolder()}/monday.db`
  expect(await run(["user", "invite", "--data", data])).toMatchObject({ code: 0 })
  const db = new DatabaseSync(`${data}/natter.db`)
  db.exec(`INSERT INTO files VALUES ('f1', 'u', 'c', 'a.txt', 1, 'text/plain', 'abc', 1, 1, 1, 1, 1)`)
  db.exec(`INSERT INTO files VALUES ('f2', 'u', 'c', 'b.txt', 1, 'text/plain', NULL, 0, 0, 0, 1, 1)`)
  db.close()
  expect(await run(["backup", file, "--data", data])).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`The bytes of 1 files are not in it: copy ${data}/files as well`),
  })
  const s3 = { NATTER_FILES_STORE: "s3", NATTER_BUCKET_NAME: "chat-files" }
  expect(await run(["restore", file, "--data", other], { env: s3 })).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("they have to be in the bucket chat-files before the service starts"),
  })
})

// Whoever closes a database last tidies up: without this lock another program, as `sqlite3 natter.db`, takes itself for the
// last one, and removes the `-wal` that the service goes on writing to.
test.runIf(fs.existsSync("/proc/locks"))("a running service has its lock on the database itself", async () => {
  const data = makeFolder()
  const server = await serve(data)
  const { ino } = fs.statSync(`${data}/natter.db`)
  const held = () => fs.readFileSync("/proc/locks", "utf8").match(new RegExp(` READ ${server.child.pid} \\S+:${ino} `))
  expect(held()).not.toBeNull()
  expect(await run(["user", "invite", "--data", data])).toMatchObject({ code: 0 })
  expect(await run(["backup", `${makeFolder()}/copy.db`, "--data", data])).toMatchObject({ code: 0 })
  expect(held()).not.toBeNull()
})

test("a password that ends with a line break, as from a file, is the one without", async () => {
  const server = await serve(makeFolder())
  const args = ["send", `127.0.0.1:${server.port}`, "--name", "ann", "hello"]
  for (const password of ["secret\n", "secret", "secret\r\n"]) {
    expect(await run(args, { env: { NATTER_PASSWORD: password } })).toMatchObject({ code: 0 })
  }
})

test("a scenario imports from natter wherever its file lies", async () => {
  const file = `${makeFolder()}/short.ts`
  fs.writeFileSync(
    file,
    `import { Crowd, Expectation, Scenario } from "natter/scenario"
    export default Scenario.make({ name: "short", about: "Nothing", lasts: "1 second",
      crowds: [Crowd.of("office", 2)], incidents: [], holds: [Expectation.order] })`,
  )
  expect(await Natter.run(["load", "run", file, "--simulate"])).toMatchObject({ code: 0 })
  expect((await run(["load", "list"])).stdout).toMatch(/^fan-out +\S/m)
})
