// Runs a program of this project on the Node it was written for, and before that installs whatever is missing:
//
//   node scripts/setup.cjs src/cli/main.ts serve --port 7777
//
// Whatever Node the shell has starts this file, so it is written for Node 8 and needs no package.
"use strict"

const childProcess = require("child_process")
const fs = require("fs")
const os = require("os")
const path = require("path")

const root = path.join(__dirname, "..")
const engines = readJson("package.json").engines.node
const nodePackage = `node-${process.platform}-${process.arch}`

function readJson(file) {
  return JSON.parse(fs.readFileSync(path.join(root, file), "utf8"))
}

function fail(message) {
  console.error(message)
  process.exit(1)
}

/** Does this version ("v24.21.0") satisfy `engines` (">=24.7.0")? */
function isNewEnough(version) {
  const have = version.replace(/^v/, "").split(".").map(Number)
  const want = engines.replace(/^>=/, "").split(".").map(Number)
  return have[0] !== want[0] ? have[0] > want[0] : have[1] >= want[1]
}

function failOnNode(problem) {
  const node = `this is ${process.version} (${process.execPath})`
  const remedy = "install Node 24 from https://nodejs.org and run the command again"
  fail(`natter needs Node ${engines}, ${node} and ${problem}: ${remedy}.`)
}

/** The Node that comes as a dependency (docs/adr/0002), or else the one that runs this file if it is new enough. */
function findNode() {
  const own = path.join(root, "node_modules", nodePackage, "bin", "node")
  // It may be there and not run, as on a Linux without glibc.
  const answer = childProcess.spawnSync(own, ["--version"], { encoding: "utf8" })
  if (answer.status === 0 && isNewEnough(answer.stdout)) return own
  if (isNewEnough(process.version)) return process.execPath
  return failOnNode(`the project's own (${nodePackage}) is not installed or does not run here`)
}

/** Does `node_modules` hold what the lock file says? */
function isInstalled() {
  const hidden = path.join("node_modules", ".package-lock.json")
  if (!fs.existsSync(path.join(root, hidden))) return false
  const wanted = readJson("package-lock.json").packages
  const found = readJson(hidden).packages
  const isOlder = fs.statSync(path.join(root, hidden)).mtime < fs.statSync(path.join(root, "package-lock.json")).mtime
  return Object.keys(wanted).every((name) => {
    if (name === "") return true
    if (found[name]) return found[name].version === wanted[name].version
    // npm leaves out an optional package where it does not fit or could not be had: a new lock file is a new chance.
    return wanted[name].optional && !(isOlder && fits(wanted[name]))
  })
}

function fits(entry) {
  const accepts = (list, name) => !list || list.indexOf(name) !== -1
  return accepts(entry.os, process.platform) && accepts(entry.cpu, process.arch)
}

const lockFile = path.join(root, ".setup.lock")

/** Keeps others out, so that `npm start` and `npm test` begun together do not install over each other. */
function lock() {
  for (let turn = 0; ; turn++) {
    try {
      return fs.writeFileSync(lockFile, String(process.pid), { flag: "wx" })
    } catch (error) {
      if (error.code !== "EEXIST") throw error
    }
    if (turn === 0) console.error(`Waiting for another set-up of this folder (${lockFile})`)
    unlockIfOrphaned()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
}

function unlock() {
  fs.unlinkSync(lockFile)
}

function unlockIfOrphaned() {
  try {
    process.kill(Number(fs.readFileSync(lockFile, "utf8")), 0)
  } catch (error) {
    if (error.code === "ESRCH") unlock()
  }
}

/** `npm ci`, by the very npm that called us, on the Node that npm runs on. */
function install(whenDone) {
  const npm = process.env.npm_execpath
  const args = ["ci", "--include=dev", "--include=optional"]
  console.error("Installing what package-lock.json names into node_modules (needed once, about a minute)")
  if (npm && path.basename(npm) === "npm-cli.js") {
    run(process.env.npm_node_execpath || process.execPath, [npm].concat(args), whenDone)
  } else {
    run("npm", args, whenDone)
  }
}

/**
 * Runs a program in the foreground and hands on every signal. A Ctrl-C reaches the program more than once that way:
 * from the terminal, from npm (which does the same as we do) and from us. Which of them arrive cannot be known here,
 * so it is the program that takes signals in quick succession for one.
 */
function run(command, args, whenDone) {
  const child = childProcess.spawn(command, args, { cwd: root, stdio: "inherit" })
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
  const forward = (signal) => child.kill(signal)
  signals.forEach((name) => process.on(name, forward))
  child.on("error", (error) => fail(`cannot run ${command}: ${error.message}`))
  child.on("exit", (code, signal) => {
    signals.forEach((name) => process.removeListener(name, forward))
    whenDone(signal ? 128 + os.constants.signals[signal] : code)
  })
}

function start() {
  const node = findNode()
  // What the program starts in turn is to find the same Node.
  const binaries = [path.dirname(node), path.join(root, "node_modules", ".bin")]
  process.env.PATH = binaries.concat(process.env.PATH || []).join(path.delimiter)
  run(node, process.argv.slice(2), (code) => process.exit(code))
}

if (isInstalled()) {
  start()
} else {
  const npmMajor = /\bnpm\/(\d+)/.exec(process.env.npm_config_user_agent || "")
  if (npmMajor && Number(npmMajor[1]) < 7) failOnNode(`its npm ${npmMajor[1]} cannot read package-lock.json`)
  if (!isNewEnough(process.version) && !readJson("package-lock.json").packages[`node_modules/${nodePackage}`]) {
    failOnNode(`the project has none of its own for ${process.platform} on ${process.arch}`)
  }
  lock()
  const carryOn = (code) => {
    unlock()
    if (code !== 0) process.exit(code)
    start()
  }
  // Whoever held the lock before may have done it all.
  if (isInstalled()) carryOn(0)
  else install(carryOn)
}
