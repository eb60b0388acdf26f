/**
 * Datagrams to a UNIX socket, which Node cannot send: another program does. It stays, and gets a message a line; where
 * there is none that can, one is started for each message.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

export interface Datagrams {
  /** Hands a message over, and waits for nothing. It is dropped where too many are waiting already. */
  readonly send: (message: ReadonlyArray<string>) => void
}

/** Stands between the lines of a message, of which there is one a line. */
const separator = "\u001e"

/** Characters that may wait for a program that does not read. */
const maxWaiting = 64 * 1024

/** A program that takes messages from its standard input. Signals that are meant for the service do not end it, its input does. */
interface Program {
  readonly command: string
  readonly args: ReadonlyArray<string>
}

// Each waits for room at the other end, but not for ever: who hangs is ended by the alarm, and started again.
const programs: ReadonlyArray<Program> = [
  {
    command: "perl",
    args: [
      "-MSocket",
      "-e",
      `$SIG{$_} = "IGNORE" for qw(TERM INT HUP);
       socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!;
       (my $name = $ENV{NOTIFY_SOCKET}) =~ s/^@/\\0/;
       my $to = pack_sockaddr_un($name);
       while (<STDIN>) { chomp; s/\\x1e/\\n/g; alarm 10; send($socket, $_, 0, $to); alarm 0 }`,
    ],
  },
  {
    command: "python3",
    args: [
      "-ISc",
      `import os, signal, socket, sys
for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(name, signal.SIG_IGN)
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = os.environ["NOTIFY_SOCKET"]
to = "\\0" + name[1:] if name[0] == "@" else name
while line := sys.stdin.buffer.readline():
    signal.alarm(10)
    try: end.sendto(line.rstrip(b"\\n").replace(b"\\x1e", b"\\n"), to)
    except OSError: pass
    signal.alarm(0)`,
    ],
  },
]

/** Comes with systemd, and sends what it is given as arguments. */
const perMessage = "systemd-notify"

/** Undefined where no program on the path can send any. They end with the scope, and hold up nothing. */
export const make = Effect.fnUntraced(function* (
  socket: string,
  searched = process.env["PATH"] ?? "",
): Effect.fn.Return<Datagrams | undefined, never, Scope.Scope> {
  const options = { env: { PATH: searched, NOTIFY_SOCKET: socket }, cwd: "/" }
  const program = programs.find(({ command }) => isOn(searched, command))
  if (program !== undefined) {
    const lasting = new Lasting(() =>
      spawn(program.command, program.args, { ...options, stdio: ["pipe", "ignore", "ignore"] }),
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => lasting.end()))
    return { send: (message) => lasting.write(`${message.join(separator)}\n`) }
  }
  if (!isOn(searched, perMessage)) return undefined
  return {
    send: (message) => void begun(() => spawn(perMessage, message, { ...options, stdio: "ignore" })),
  }
})

/** A program that lasts, and is started again when it has gone. */
class Lasting {
  private readonly start: () => ChildProcess
  private child: ChildProcess | undefined

  constructor(start: () => ChildProcess) {
    this.start = start
  }

  write(text: string): void {
    this.child ??= this.begin()
    const stdin = this.child?.stdin
    if (stdin && stdin.writableLength < maxWaiting) stdin.write(text)
  }

  /** It has what was written, and goes when it has sent it. */
  end(): void {
    this.child?.stdin?.end()
  }

  private begin(): ChildProcess | undefined {
    const child = begun(this.start)
    const gone = () => {
      if (this.child === child) this.child = undefined
    }
    child?.on("error", gone).on("close", gone)
    return child
  }
}

/** A program for which nothing waits; undefined, or gone at once, where the system has no room for one more. */
const begun = (start: () => ChildProcess): ChildProcess | undefined => {
  try {
    const child = start()
    child.on("error", ignore).unref()
    child.stdin?.on("error", ignore)
    return child
  } catch {
    return undefined
  }
}

const ignore = (): void => {}

const isOn = (searched: string, command: string): boolean =>
  searched
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .some((folder) => {
      try {
        fs.accessSync(path.join(folder, command), fs.constants.X_OK)
        return true
      } catch {
        return false
      }
    })
