/** What a recording says of itself and of each entry, under a name of its own, as HAR has it. */
export const recordingKey = '_paydouble'
