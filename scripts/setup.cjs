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
const modules = path.join(root, "node_modules")
const lockFile = path.join(root, "package-lock.json")
/** A copy of the lock file that was installed here last. */
const installedLockFile = path.join(modules, ".installed-lock.json")
/** Who sets up this folder just now: a process id. */
const turnstile = path.join(root, ".setup.lock")

const engines = JSON.parse(read(path.join(root, "package.json"))).engines.node
const nodePackage = `node-${process.platform}-${process.arch}`

function read(file) {
  return fs.readFileSync(file, "utf8")
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
  const own = path.join(modules, nodePackage, "bin", "node")
  // It may be there and not run, as on a Linux without glibc.
  const answer = childProcess.spawnSync(own, ["--version"], { encoding: "utf8" })
  if (answer.status === 0 && isNewEnough(answer.stdout)) return own
  if (isNewEnough(process.version)) return process.execPath
  return failOnNode(`the project's own (${nodePackage}) is not installed or does not run here`)
}

/** Does `node_modules` hold what the lock file says? */
function isInstalled() {
  if (!fs.existsSync(modules)) return false
  // Linked from another checkout: that one's to install, and `npm ci` here would empty it.
  if (fs.lstatSync(modules).isSymbolicLink()) return true
  return matchesRecord() && (!fs.existsSync(installedLockFile) || read(installedLockFile) === read(lockFile))
}

/** npm's own record of what is there. It lacks optional packages that did not fit or could not be had: no matter. */
function matchesRecord() {
  const record = path.join(modules, ".package-lock.json")
  if (!fs.existsSync(record)) return false
  const found = JSON.parse(read(record)).packages
  const wanted = JSON.parse(read(lockFile)).packages
  return Object.keys(wanted).every((name) => {
    if (name === "") return true
    return found[name] ? found[name].version === wanted[name].version : wanted[name].optional
  })
}

/** Keeps others out, so that `npm start` and `npm test` begun together do not install over each other. */
function lock() {
  for (let turn = 0; ; turn++) {
    try {
      return fs.writeFileSync(turnstile, String(process.pid), { flag: "wx" })
    } catch (error) {
      if (error.code !== "EEXIST") throw error
    }
    if (turn === 0) console.error(`Waiting for another set-up of this folder (${turnstile})`)
    unlockIfOrphaned()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
}

function unlock() {
  fs.unlinkSync(turnstile)
}

function unlockIfOrphaned() {
  try {
    process.kill(Number(read(turnstile)), 0)
  } catch (error) {
    if (error.code === "ESRCH") unlock()
  }
}

/** `npm ci`, by the very npm that called us, on the Node that npm runs on. */
function install(whenDone) {
  const installed = (code) => {
    if (code === 0) fs.copyFileSync(lockFile, installedLockFile)
    whenDone(code)
  }
  const npm = process.env.npm_execpath
  const args = ["ci", "--include=dev", "--include=optional"]
  console.error("Installing what package-lock.json names into node_modules (needed once, about a minute)")
  if (npm && path.basename(npm) === "npm-cli.js") {
    run(process.env.npm_node_execpath || process.execPath, [npm].concat(args), installed)
  } else {
    run("npm", args, installed)
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

/** `npx natter` in this folder: npm links the commands of dependencies, but not that of the project itself. */
function linkCommand() {
  const link = path.join(modules, ".bin", "natter")
  if (fs.existsSync(link) || fs.lstatSync(modules).isSymbolicLink()) return
  try {
    fs.symlinkSync(path.join("..", "..", "src", "cli", "bin.ts"), link)
  } catch (error) {
    // Made by somebody else meanwhile, or not allowed here: it is a convenience.
  }
}

function start() {
  linkCommand()
  const node = findNode()
  // What the program starts in turn is to find the same Node.
  const binaries = [path.dirname(node), path.join(modules, ".bin")]
  process.env.PATH = binaries.concat(process.env.PATH || []).join(path.delimiter)
  run(node, process.argv.slice(2), (code) => process.exit(code))
}

if (isInstalled()) {
  start()
} else {
  const npmMajor = /\bnpm\/(\d+)/.exec(process.env.npm_config_user_agent || "")
  if (npmMajor && Number(npmMajor[1]) < 7) failOnNode(`its npm ${npmMajor[1]} cannot read package-lock.json`)
  if (!isNewEnough(process.version) && !JSON.parse(read(lockFile)).packages[`node_modules/${nodePackage}`]) {
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
