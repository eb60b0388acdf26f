/** Shows a channel and sends what is typed: what `natter tail` and `natter chat` without a terminal have in common. */
import type * as CliError from "effect/cli/CliError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import type * as Scope from "effect/Scope"
import type { LocalFiles } from "../../terminal/LocalFiles.ts"
import * as ChannelView from "./ChannelView.ts"
import { type ClientOptions, withClient } from "./client.ts"
import * as Typing from "./typing.ts"

/** Runs until enough was shown or typed, the reader leaves, or reconnecting makes no sense. */
export const talk = (
  options: ClientOptions &
    ChannelView.ViewOptions & { readonly files: LocalFiles; readonly patience: Duration.Duration | undefined },
): Effect.Effect<Typing.TypingResult, CliError.UserError, Scope.Scope | FileSystem.FileSystem | Path.Path> => {
  const { channel, files, patience, screen } = options
  const nothing: Typing.TypingResult = { unsent: 0, refused: 0 }
  return withClient(options, (client) =>
    Effect.flatMap(ChannelView.enter(client, options), (view) =>
      Effect.raceFirst(
        Effect.as(view.show, nothing),
        Typing.follow({ channel, client, files, patience, view, screen }),
      ),
    ),
  ).pipe(Effect.raceFirst(Effect.as(screen.left, nothing)))
}
