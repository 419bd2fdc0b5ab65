/**
 * Ends the process without a word when nobody reads a stream any more, as `head` does after its lines: that is no failure of the command.
 * Other errors of the stream are thrown, as they are without this.
 */
export function endWithReader(stream: NodeJS.WritableStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
