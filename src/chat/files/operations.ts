/** What one can do with files: send them, in pieces and however often the connection is lost, and read them. */
export { appendUpload } from "./appendUpload.ts"
export { cancelUpload } from "./cancelUpload.ts"
export { describeUpload } from "./describeUpload.ts"
export { openFile } from "./openFile.ts"
export { startUpload } from "./startUpload.ts"
