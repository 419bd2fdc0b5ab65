/** A series to be loaded: labels with `__name__`, points in ascending order (epoch milliseconds). */
export type Written = {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly { readonly at: number; readonly value: number }[];
};

/**
 * Hands series to Prometheus by remote write 1.0: a protobuf message, in snappy's block format with literals alone. Throws where it does
 * not take them.
 */
export async function remoteWrite(url: string, series: readonly Written[]): Promise<void> {
  const message = Buffer.concat(series.map((each) => field(1, timeSeries(each))));
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy', 'x-prometheus-remote-write-version': '0.1.0' },
    body: new Uint8Array(snappy(message)),
  });
  if (!response.ok) throw new Error(`Prometheus refused the samples: ${response.status} ${await response.text()}`);
}

function timeSeries({ labels, points }: Written): Buffer {
  const sorted = Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const named = sorted.map(([name, value]) => field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])));
  const samples = points.map(({ at, value }) => {
    const bytes = Buffer.alloc(9);
    bytes.writeUInt8((1 << 3) | 1, 0);
    bytes.writeDoubleLE(value, 1);
    return field(2, Buffer.concat([bytes, Buffer.from([2 << 3]), varint(BigInt(at))]));
  });
  return Buffer.concat([...named, ...samples]);
}

/** A length-delimited field. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(BigInt(bytes.length)), bytes]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

const largestLiteral = 65_536;

function snappy(bytes: Buffer): Buffer {
  const parts = [varint(BigInt(bytes.length))];
  for (let start = 0; start < bytes.length; start += largestLiteral) {
    const chunk = bytes.subarray(start, start + largestLiteral);
    const head = Buffer.from([61 << 2, 0, 0]);
    head.writeUInt16LE(chunk.length - 1, 1);
    parts.push(head, chunk);
  }
  return Buffer.concat(parts);
}
