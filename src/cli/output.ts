/** How the command speaks of itself: an error is one line, and the help is what was asked for. */
import * as CliOutput from "effect/cli/CliOutput"
import * as Console from "effect/Console"

/** Each line of a message as the command's own. */
export const complaint = (message: string): string => message.replace(/^/gm, "natter: ")

const help = CliOutput.defaultFormatter({ colors: process.stdout.isTTY && process.env["NO_COLOR"] === undefined })

export const formatter: CliOutput.Formatter = {
  ...help,
  formatError: (error) => complaint(error.message),
}

// The framework's own would print the whole help with every typing mistake.
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
