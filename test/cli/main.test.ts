import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, test } from "vitest"
import { run } from "./natterHere.ts"
import * as Natter from "./NatterProcess.ts"
import { environment, fromSources, main, makeFolder, natter, Process } from "./NatterProcess.ts"

const commands = [
  [],
  ["serve"],
  ["config"],
  ["doctor"],
  ["drain"],
  ["top"],
  ["user"],
  ...["add", "list", "passwd", "disable", "enable", "invite"].map((name) => ["user", name]),
  ["token"],
  ...["create", "list", "revoke"].map((name) => ["token", name]),
  ["login"],
  ["logout"],
  ["chat"],
  ["tail"],
  ["send"],
  ["upload"],
  ["download"],
]

describe("natter", () => {
  test.each(commands)("explains itself, with examples: %s %s", async (...words) => {
    const { code, stderr, stdout } = await run([...words.filter(Boolean), "--help"])
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toMatch(/^DESCRIPTION\n/)
    expect(stdout).toContain(`\nUSAGE\n  ${["natter", ...words.filter(Boolean)].join(" ")} `)
    expect(stdout).toMatch(/\n\nEXAMPLES\n {2}# \S[^]*\n {2}\S*.*natter /)
  })

  test.each(["send", "tail", "chat"])(
    "%s tells what is taken where nothing is said, and how to sign in",
    async (command) => {
      const { stdout } = await run([command, "--help"])
      const [, described] = /^USAGE$([^]*)^EXAMPLES$/m.exec(stdout)!
      for (const expected of [
        "(lobby)",
        "(the server signed in to last, else 127.0.0.1:8080)",
        "NATTER_PASSWORD",
        "NATTER_TOKEN",
        "`natter token create`",
        "`natter login`",
      ]) {
        expect(described).toContain(expected)
      }
    },
  )

  test("shows its help when it is called alone", async () => {
    const alone = await run([])
    expect(alone).toEqual(await run(["--help"]))
    for (const name of ["serve", "config", "user", "token", "login", "logout", "chat", "tail", "send"]) {
      expect(alone.stdout).toMatch(new RegExp(`^  ${name} +\\S`, "m"))
    }
  })

  // Windows has no way to start a process again in place.
  test.skipIf(process.platform === "win32")("starts a service as `npm start` does, in the same process", async () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "../../package.json"), "utf8"))
    const [, option] = / (--max-semi-space-size=\d+) scripts\/start\.ts serve$/.exec(scripts.start)!
    const tell = `data:text/javascript,console.error(process.pid,process.execArgv.at(-1),process.env.NODE_OPTIONS)`
    const bin = fromSources("bin.ts")
    const told = async (command: string, env?: NodeJS.ProcessEnv) => {
      const running = new Process(process.execPath, ["--import", tell, bin, command, "--help"], env && { env })
      const { code } = await running.ended
      expect(code).toBe(0)
      return { pid: running.child.pid, lines: running.stderr.trimEnd().split("\n") }
    }
    const { lines, pid } = await told("serve")
    expect(lines).toEqual([`${pid} ${tell} undefined`, `${pid} ${option} undefined`])
    // Who has chosen another is heard, and nothing else needs it.
    expect((await told("serve", { NODE_OPTIONS: "--max-semi-space-size=8" })).lines).toHaveLength(1)
    expect((await told("chat")).lines).toHaveLength(1)
  })

  test("tells its version", async () => {
    const { version } = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "../../package.json"), "utf8"))
    expect(await Natter.run(["--version"])).toEqual({
      code: 0,
      signal: null,
      stdout: `natter v${version}\n`,
      stderr: "",
    })
  })

  test.each([
    [
      ["serv"],
      'natter: Unknown subcommand "serv" for "natter" Did you mean this? serve\nnatter: see `natter --help`\n',
    ],
    [
      ["serve", "--prot", "1"],
      "natter: Unrecognized flag: --prot in command natter serve Did you mean this? --port\nnatter: see `natter serve --help`\n",
    ],
    [["user", "add"], "natter: Missing required argument: name\nnatter: see `natter user add --help`\n"],
  ])("says what is wrong with %j, and where help is", async (args, stderr) => {
    expect(await run(args)).toEqual({ code: 1, signal: null, stdout: "", stderr })
  })

  test("keeps compiled code in the user's own folder, or nowhere", async () => {
    const cache = makeFolder()
    await Natter.run(["--version"], { env: { XDG_CACHE_HOME: cache } })
    expect(fs.readdirSync(cache)).toEqual(["natter"])
    const { HOME: _, XDG_CACHE_HOME: __, ...homeless } = environment
    const nowhere = new Process(process.execPath, [main, "--version"], {
      env: { ...homeless, HOME: undefined, XDG_CACHE_HOME: undefined },
    })
    expect(await nowhere.ended).toEqual({ code: 0, signal: null })
  })
})

describe("natter config", () => {
  const inForce = async (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) => {
    const { stdout } = await run(["config", "--json", ...args], { env, cwd: makeFolder() })
    return JSON.parse(stdout)
  }

  test("shows each setting, its value and where it is from", async () => {
    const folder = makeFolder()
    fs.writeFileSync(`${folder}/natter.toml`, '[outbox]\nbytes = "2MiB"\n')
    const env = { NATTER_DATA: "/srv/natter", NATTER_PORT: "1" }
    const { code, stderr, stdout } = await run(["config", "--port", "7777"], { env, cwd: folder })
    expect([code, stderr]).toEqual([0, ""])
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ {2,}/))
    expect(rows[0]).toEqual(["SETTING", "VALUE", "FROM"])
    expect(rows.slice(1).filter(([, , from]) => from !== "default")).toEqual([
      ["port", "7777", "--port"],
      ["data", "/srv/natter", "NATTER_DATA"],
      ["outbox.bytes", "2 MiB", "natter.toml"],
    ])
    expect(rows).toContainEqual(["shutdown.grace", "20s", "default"])
  })

  test("shows the same as JSON", async () => {
    const settings = await inForce(["--accounts", "guest"], { NATTER_RATE_LIMITS: "off" })
    expect(settings).toMatchObject({
      accounts: { value: "guest", from: "--accounts" },
      "rate-limits": { value: "off", from: "NATTER_RATE_LIMITS" },
      host: { value: "127.0.0.1", from: "default" },
    })
  })

  test("refuses all that is wrong, a line each", async () => {
    const { code, stderr, stdout } = await Natter.run(["config", "--accounts", "x"], { env: { NATTER_PROT: "1" } })
    expect([code, stdout]).toEqual([1, ""])
    expect(stderr).toBe(
      "natter: NATTER_PROT: there is no such setting; did you mean NATTER_PORT?\n" +
        'natter: accounts: "x" (from --accounts) is not allowed: it has to be one of open, invite, closed, guest\n',
    )
  })
})

describe("a config file that cannot be read", () => {
  test("is refused in plain words", async () => {
    const folder = makeFolder()
    fs.mkdirSync(`${folder}/natter.yaml`)
    fs.writeFileSync(`${folder}/file`, "")
    const refusal = async (file: string) => (await run(["config", "--config", file], { cwd: folder })).stderr
    expect(await refusal("natter.yaml")).toBe("natter: config file natter.yaml can't be read: it is a folder\n")
    expect(await refusal(".")).toBe("natter: config file . can't be read: it is a folder\n")
    expect(await refusal("gone.yaml")).toBe("natter: there is no config file gone.yaml\n")
    expect(await refusal("file/a.yaml")).toBe("natter: there is no config file file/a.yaml\n")
  })
})

describe("a command that comes to a bad end", () => {
  const fails = (how: string) =>
    new Process(process.execPath, [path.join(import.meta.dirname, "fixtures/fails.ts"), how])

  test("says in its own name what went wrong", async () => {
    const failed = fails("failure")
    expect(await failed.ended).toEqual({ code: 1, signal: null })
    expect(failed.stderr).toBe("natter: cannot do that:\nnatter: not at all\n")
  })

  test.each(["defect", "uncaught"])("logs a defect, %s, and ends with 1", async (how) => {
    const failed = fails(how)
    expect(await failed.ended).toEqual({ code: 1, signal: null })
    const [line, ...more] = failed.stderr.trimEnd().split("\n")
    expect(more).toEqual([])
    expect(JSON.parse(line!)).toMatchObject({ level: "fatal", cause: expect.stringContaining("boom") })
  })

  test("is ended when it does not stop in time", async () => {
    const stuck = fails("stuck")
    await stuck.says(/running/)
    stuck.child.kill("SIGTERM")
    await stuck.says(/stopping/)
    expect(await stuck.ended).toEqual({ code: 1, signal: null })
    expect(stuck.stderr).toContain("not stopped after 700ms")
  })
})

test("a reader that leaves early is no reason to complain", async () => {
  const listing = natter(["config"])
  listing.child.stdout!.destroy()
  await listing.ended
  expect(listing.stderr).toBe("")
})
