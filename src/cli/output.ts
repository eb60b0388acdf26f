/** How errors and help are printed: an error is one line, and help is printed only where it was asked for. */
import * as CliOutput from "effect/cli/CliOutput"
import * as Console from "effect/Console"
import { wrapped } from "./wrapped.ts"

/** Puts the name of the command before each line of a message. */
export const complaint = (message: string): string => message.replace(/^/gm, "natter: ")

const help = CliOutput.defaultFormatter({ colors: process.stdout.isTTY && process.env["NO_COLOR"] === undefined })

/** Columns of a terminal that does not say how many it has. */
const usual = 80

export const formatter: CliOutput.Formatter = {
  ...help,
  formatHelpDoc: (doc) => {
    // The library leaves out the blank line behind the subcommands.
    const text = help.formatHelpDoc(doc).replace(/([^\n])\n(?=\S*EXAMPLES)/, "$1\n\n")
    return process.stdout.isTTY ? wrapped(text, process.stdout.columns || usual) : text
  },
  formatError: (error) => complaint(error.message),
}

// The default presenter prints the whole help with every mistake.
export const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(
          [
            ...event.errors.map(({ message }) => complaint(message.trim().replaceAll(/\s*\n\s*/g, " "))),
            `natter: see \`${event.commandPath.join(" ")} --help\``,
          ].join("\n"),
        )
      : CliOutput.defaultPresenter.present(event),
}
