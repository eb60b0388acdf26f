#!/usr/bin/env node
// The installed `natter` command. An old Node cannot even load what main.ts imports: it gets one clear line instead,
// so nothing may be imported here before the version is known.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

// A service runs with this option unless it was set otherwise, as `npm start` does it (docs/adr/0014).
const youngGeneration = "--max-semi-space-size=16"
const isSet = (): boolean =>
  // What replaces a process gets no sockets of systemd with it: Node lets nobody inherit what it inherited (docs/adr/0032).
  process.env["LISTEN_PID"] === `${process.pid}` ||
  [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].some((option) => option.includes("semi-space-size"))

if (major > 24 || (major === 24 && minor >= 7)) {
  if (process.argv[2] === "serve" && !isSet() && process.platform !== "win32") {
    // Replaces this process by one with the option.
    const options = [...process.execArgv, youngGeneration]
    process.execve!(process.execPath, [process.execPath, ...options, ...process.argv.slice(1)], process.env)
  }
  void import("./main.ts")
} else {
  console.error(
    `natter needs Node >=24.7.0, this is ${process.version} (${process.execPath}): install Node 24 from https://nodejs.org`,
  )
  process.exitCode = 1
}
