import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll } from "vitest"
import {
  applicationId,
  closedMark,
  freshMark,
  headerOf,
  misfit,
  runFile,
  writeMarks,
} from "../../src/storage/internal/databaseFile.ts"

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-test-"))
afterAll(() => fs.rmSync(folder, { recursive: true }))
let made = 0
const fresh = () => path.join(folder, `${++made}.db`)

/** A database with this number in its header. */
const database = (applicationId: number) => {
  const file = fresh()
  const db = new DatabaseSync(file)
  db.exec(`PRAGMA application_id = ${applicationId}; CREATE TABLE t (n INTEGER)`)
  db.close()
  return file
}

describe("the header of a database's file", () => {
  it("tells the mark that a service has put there, and knows others' numbers from it", () => {
    assert.deepStrictEqual(headerOf(database(applicationId(7))), { mark: 7 })
    assert.deepStrictEqual(headerOf(database(applicationId(closedMark))), { mark: 0 })
    assert.deepStrictEqual(headerOf(database(applicationId(0xffff))), { mark: 0xffff })
    for (const foreign of [0, 7, 0x4e620007, 0x4e600007, -1]) {
      assert.deepStrictEqual(headerOf(database(foreign)), { mark: undefined }, String(foreign))
    }
  })

  it("is nothing where there is nothing, and garbage where something else was written", () => {
    const file = fresh()
    assert.isUndefined(headerOf(file))
    fs.writeFileSync(file, "")
    assert.isUndefined(headerOf(file))
    const whole = fs.readFileSync(database(applicationId(7)))
    fs.writeFileSync(file, whole.subarray(0, 100))
    assert.deepStrictEqual(headerOf(file), { mark: 7 })
    for (const bytes of [
      whole.subarray(0, 99),
      Buffer.from("SQLite format 3"),
      Buffer.from(`SQLite format 3 ${"x".repeat(200)}`),
      Buffer.from(`SQLite format 2\0${"x".repeat(200)}`),
    ]) {
      fs.writeFileSync(file, bytes)
      assert.strictEqual(headerOf(file), "garbage")
    }
  })

  it("has a mark for each run that is never the one of a closed database", () => {
    assert.deepStrictEqual([0, 0.5, 1 - Number.EPSILON].map(freshMark), [1, 0x8000, 0xfffe])
    assert.strictEqual(applicationId(0x1234), 0x4e611234)
  })

  it("lets no file stay open", () => {
    const file = database(applicationId(7))
    for (let n = 0; n < 3; n++) {
      headerOf(file)
      writeMarks(file, [7])
      misfit(file)
    }
    const open = fs.readdirSync("/proc/self/fd").flatMap((descriptor) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${descriptor}`)
      } catch {
        return []
      }
    })
    assert.notInclude(open, file)
    assert.notInclude(open, runFile(file))
  })
})

describe("a database and what lies beside it", () => {
  /** What is said of a file with this mark, these marks beside it, and something written ahead or not. */
  const judged = (inside: number | "foreign" | "empty" | "none", beside: string | undefined, written: boolean) => {
    const file =
      inside === "none" || inside === "empty" ? fresh() : database(inside === "foreign" ? 0 : applicationId(inside))
    if (inside === "empty") fs.writeFileSync(file, "")
    if (beside !== undefined) fs.writeFileSync(runFile(file), beside)
    if (written) fs.writeFileSync(`${file}-wal`, "x")
    const problem = misfit(file)
    return problem === undefined
      ? "in order"
      : /^it (is empty|is not the|was copied|belongs to another)/.exec(problem)?.[1]
  }

  it("are taken together where they belong together, and refused where they do not", () => {
    for (const inside of ["foreign", 0] as const) {
      assert.strictEqual(judged(inside, undefined, false), "in order")
      assert.strictEqual(judged(inside, undefined, true), "in order")
      assert.strictEqual(judged(inside, "7\n", false), "in order")
      assert.strictEqual(judged(inside, "0\n7\n", true), "in order")
      assert.strictEqual(judged(inside, "7\n", true), "is not the")
      assert.strictEqual(judged(inside, "\n", true), "is not the")
    }
    for (const written of [true, false]) {
      assert.strictEqual(judged(7, undefined, written), "was copied")
      assert.strictEqual(judged(7, "7\n", written), "in order")
      assert.strictEqual(judged(7, "0\n7\n", written), "in order")
      assert.strictEqual(judged(7, "8\n7\n", written), "in order")
      assert.strictEqual(judged(7, "8\n", written), "belongs to another")
      assert.strictEqual(judged(7, "77\n", written), "belongs to another")
      assert.strictEqual(judged(7, "0\n8\n", written), "belongs to another")
    }
    for (const inside of ["empty", "none"] as const) {
      assert.strictEqual(judged(inside, undefined, false), "in order")
      assert.strictEqual(judged(inside, undefined, true), "is empty")
      assert.strictEqual(judged(inside, "7\n", false), "is empty")
    }
  })

  it("are told apart from a file that is no database", () => {
    const file = fresh()
    fs.writeFileSync(file, "Dear diary")
    assert.strictEqual(misfit(file), "file is not a database")
  })

  it("are marked for the owner alone, and the marks of before are gone", () => {
    const file = database(applicationId(7))
    writeMarks(file, [0, 12345])
    assert.strictEqual(fs.readFileSync(`${file}-run`, "utf8"), "0\n12345\n")
    assert.strictEqual(fs.statSync(`${file}-run`).mode & 0o777, 0o600)
    writeMarks(file, [7])
    assert.strictEqual(fs.readFileSync(`${file}-run`, "utf8"), "7\n")
  })
})
