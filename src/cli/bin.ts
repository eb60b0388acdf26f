#!/usr/bin/env node
// The installed `natter` command. An old Node cannot even load what main.ts imports: it gets one clear line instead,
// so nothing may be imported here before the version is known.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major > 24 || (major === 24 && minor >= 7)) {
  void import("./main.ts")
} else {
  console.error(
    `natter needs Node >=24.7.0, this is ${process.version} (${process.execPath}): install Node 24 from https://nodejs.org`,
  )
  process.exitCode = 1
}
