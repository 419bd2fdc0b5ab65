import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../src/registry/challenge.ts';

function parsed(header: string | readonly string[]): unknown {
  return parseChallenges(header).map(({ scheme, parameters }) => ({ scheme, ...Object.fromEntries(parameters) }));
}

describe('the challenges of a 401', () => {
  it.each([
    [
      'a comma inside quotes belongs to the value',
      'Bearer realm="https://auth.example.com/token",service="reg",scope="repository:team/shop:pull,push"',
      [{ scheme: 'bearer', realm: 'https://auth.example.com/token', service: 'reg', scope: 'repository:team/shop:pull,push' }],
    ],
    [
      'two challenges in one header',
      'Bearer realm="https://a.example/t",scope="*", Basic realm="a, b"',
      [
        { scheme: 'bearer', realm: 'https://a.example/t', scope: '*' },
        { scheme: 'basic', realm: 'a, b' },
      ],
    ],
    [
      'two headers',
      ['Basic realm="x"', 'Bearer realm="y"'],
      [
        { scheme: 'basic', realm: 'x' },
        { scheme: 'bearer', realm: 'y' },
      ],
    ],
    [
      'unquoted values and spaces',
      'bearer  Realm = https://a.example/t , service = s',
      [{ scheme: 'bearer', realm: 'https://a.example/t', service: 's' }],
    ],
    ['escaped quotes', 'Basic realm="a \\"b\\""', [{ scheme: 'basic', realm: 'a "b"' }]],
    ['a scheme alone', 'Negotiate', [{ scheme: 'negotiate' }]],
    ['nothing', '', []],
  ])('%s', (_, header, expected) => {
    expect(parsed(header)).toEqual(expected);
  });
});
