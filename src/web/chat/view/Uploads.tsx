/** Files on their way into this conversation. */
import { useSignalEffect } from "@preact/signals"
import { t } from "../../language.ts"
import { Icon } from "../../ui/Icon.tsx"
import type { Conversation } from "../model/Conversation.ts"
import type { Upload } from "../model/Upload.ts"
import { add, cancel, retry } from "../model/uploads.ts"
import { useInside } from "./context.ts"
import { duration, size } from "./format.ts"
import { plain, why } from "./plain.ts"

export const Uploads = ({ conversation }: { readonly conversation: Conversation }) => {
  const { app, chat, screen } = useInside()
  const most = app.welcome.value?.max_file_bytes ?? Number.POSITIVE_INFINITY
  // What was chosen, dropped or pasted is for the conversation that is shown.
  useSignalEffect(() => {
    const files = screen.files.value
    if (files.length === 0) return
    screen.files.value = []
    add(chat, conversation, files, most)
  })
  const uploads = chat.uploads.value.filter((upload) => upload.conversation === conversation)
  if (uploads.length === 0) return null
  return (
    <ul class="uploads">
      {uploads.map((upload) => (
        <Line key={upload.key} upload={upload} most={most} />
      ))}
    </ul>
  )
}

/** Milliseconds until the rest is there, as fast as it went so far; undefined where that is not known yet. */
const left = ({ began, file, sent }: Upload, now: number): number | undefined => {
  const millis = now - began.at
  const done = sent - began.sent
  return millis < 1000 || done <= 0 ? undefined : ((file.size - sent) / done) * millis
}

const Line = ({ most, upload }: { readonly upload: Upload; readonly most: number }) => {
  const { chat, screen } = useInside()
  const { failed, file, sent } = upload
  const words = t.value.file
  const name = plain(file.name)
  const rest = left(upload, chat.env.now())
  const percent = file.size === 0 ? 100 : Math.floor((sent / file.size) * 100)
  return (
    <li class="upload">
      <Icon name="file" />
      <span class="upload-name">
        <bdi>{name}</bdi>
        {failed === undefined ? (
          <>
            <progress max={Math.max(1, file.size)} value={sent} aria-label={name} />
            <span class="soft small">
              {words.sending(percent)} · {size(sent)} / {size(file.size)}
              {rest === undefined ? "" : ` · ${words.left(duration(rest))}`}
            </span>
          </>
        ) : (
          <span class="wrong small" role="alert">
            {failed.reason === "FileTooLarge" ? words.tooLarge(name, size(most)) : why(failed)}
          </span>
        )}
      </span>
      {failed !== undefined && failed.reason !== "FileTooLarge" && (
        <button
          class="icon-button"
          type="button"
          aria-label={t.value.tryAgain}
          title={t.value.tryAgain}
          onClick={() => retry(chat, upload)}
        >
          <Icon name="retry" />
        </button>
      )}
      <button
        class="icon-button"
        type="button"
        aria-label={words.cancel(name)}
        onClick={() => {
          screen.focusComposer.value++
          cancel(chat, upload)
        }}
      >
        <Icon name="close" />
      </button>
    </li>
  )
}
