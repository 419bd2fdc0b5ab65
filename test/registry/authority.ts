import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = 'openssl';

/** A certificate authority of one's own, and a server certificate for localhost and 127.0.0.1 by it; all in PEM. */
export type Authority = { readonly ca: string; readonly cert: string; readonly key: string };

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-authority-'));
  const openssl = (...args: string[]) => execFileSync(program, args, { cwd: folder, stdio: 'ignore' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '30', '-subj', '/CN=authority of the tests');
    openssl('req', ...curve, '-keyout', 'tls.key', '-out', 'tls.csr', '-subj', '/CN=localhost');
    writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    openssl(
      'x509',
      '-req',
      '-in',
      'tls.csr',
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '30',
      '-extfile',
      'names',
      '-out',
      'tls.crt',
    );
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    return { ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
