/** A file that a message carries: what it is, a way to it, and a preview where it is a picture. */
import { useEffect, useState } from "preact/hooks"
import { t } from "../../language.ts"
import { Icon } from "../../ui/Icon.tsx"
import type { FileInfo } from "../model/frames.ts"
import { useInside } from "./context.ts"
import { size } from "./format.ts"
import { plain } from "./plain.ts"

/** Pictures of formats that every browser shows, and that cannot run anything. */
const pictures = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"])
/** Bytes of a picture that is shown without being asked for. */
const maxPreview = 8 * 1024 * 1024

const addressOf = (channel: string, { id }: FileInfo): string =>
  `/api/v1/channels/${encodeURIComponent(channel)}/files/${encodeURIComponent(id)}`

export const FileCard = ({ channel, file }: { readonly channel: string; readonly file: FileInfo }) => {
  const { app } = useInside()
  const address = addressOf(channel, file)
  const name = plain(file.name)
  const isPicture = pictures.has(file.media_type) && file.size <= maxPreview
  /** Where there is no cookie, the browser cannot ask by itself. */
  const onClick = async (event: MouseEvent) => {
    if (app.api.bearer === undefined) return
    event.preventDefault()
    const url = await fetchedFrom(address, app.api.headers)
    if (url === undefined) return
    const link = document.createElement("a")
    link.href = url
    link.download = file.name
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <div class="file">
      {isPicture && <Picture address={`${address}?inline=true`} name={name} />}
      <a class="file-card" href={address} download={file.name} onClick={onClick}>
        <Icon name="file" />
        <span>
          <bdi class="file-name">{name}</bdi>
          <span class="soft small">{size(file.size)}</span>
        </span>
        <span class="visually-hidden">{t.value.file.download}</span>
        <Icon name="down" />
      </a>
    </div>
  )
}

/** An address of this page's own for what is there; undefined where it cannot be had. */
const fetchedFrom = async (address: string, headers: Record<string, string>): Promise<string | undefined> => {
  const response = await fetch(address, { headers }).catch(() => undefined)
  return response?.ok === true ? URL.createObjectURL(await response.blob()) : undefined
}

const Picture = ({ address, name }: { readonly address: string; readonly name: string }) => {
  const { app } = useInside()
  const hasCookie = app.api.bearer === undefined
  const [source, setSource] = useState(hasCookie ? address : undefined)
  useEffect(() => {
    if (hasCookie) return
    let url: string | undefined
    let isGone = false
    void fetchedFrom(address, app.api.headers).then((got) => {
      url = got
      if (!isGone) setSource(got)
      else if (got !== undefined) URL.revokeObjectURL(got)
    })
    return () => {
      isGone = true
      if (url !== undefined) URL.revokeObjectURL(url)
    }
  }, [address])
  if (source === undefined) return null
  return (
    <img
      class="picture"
      src={source}
      alt={t.value.file.preview(name)}
      loading="lazy"
      decoding="async"
      onError={() => setSource(undefined)}
    />
  )
}
