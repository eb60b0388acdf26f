import type { FileRecord } from "../../files/FileRecord.ts"

/** What the sender of a file is told of it. `expiresAt` is when it goes, unless more comes, or a message carries it. */
export type UploadView = Pick<
  FileRecord,
  "id" | "name" | "size" | "mediaType" | "sha256" | "received" | "whole" | "createdAt" | "expiresAt"
>

export const viewOf = (file: FileRecord): UploadView => {
  const { createdAt, expiresAt, id, mediaType, name, received, sha256, size, whole } = file
  return { id, name, size, mediaType, sha256, received, whole, createdAt, expiresAt }
}
