#!/usr/bin/env node
// The installed `natter` command. An old Node cannot even load what main.ts imports: it gets one clear line instead,
// so nothing may be imported here before the version is known.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

// A service, and what moves whole files, runs with this option unless it was set otherwise, as `npm start` does it
// (docs/adr/0014).
const youngGeneration: Readonly<Record<string, string>> = {
  serve: "--max-semi-space-size=4",
  upload: "--max-semi-space-size=2",
  download: "--max-semi-space-size=2",
}
const isSet = (): boolean =>
  // What replaces a process gets no sockets of systemd with it: Node lets nobody inherit what it inherited (docs/adr/0032).
  process.env["LISTEN_PID"] === `${process.pid}` ||
  [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].some((option) => option.includes("semi-space-size"))

if (major > 24 || (major === 24 && minor >= 7)) {
  const option = youngGeneration[process.argv[2] ?? ""]
  if (option !== undefined && !isSet() && process.platform !== "win32") {
    // Replaces this process by one with the option.
    const options = [...process.execArgv, option]
    process.execve!(process.execPath, [process.execPath, ...options, ...process.argv.slice(1)], process.env)
  }
  void import("./main.ts")
} else {
  console.error(
    `natter needs Node >=24.7.0, this is ${process.version} (${process.execPath}): install Node 24 from https://nodejs.org`,
  )
  process.exitCode = 1
}
