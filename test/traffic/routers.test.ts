import { describe, expect, it } from 'vitest';
import { routerNames, routerOf, routers } from '../../src/traffic/routers.ts';

const sides = { canaryService: 'next', stableService: 'live', settings: {} };
const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'live' } };

describe('every traffic router', () => {
  it.each(Object.entries(routers))('%s answers nothing or a patch for weights', (_, router) => {
    expect(Array.isArray(router.objects(sides))).toBe(true);
    expect(router.patch(object, { canary: 20, stable: 80 }, sides)).toBe('nothing');
  });

  it('is found by its name', () => {
    expect(routerOf('none')).toEqual({ entry: routers.none });
    expect(routerNames).toEqual(['none']);
  });

  it('that is unknown is a problem that lists the names', () => {
    expect(routerOf('istio')).toEqual({
      problem: { at: 'spec.strategy.canary.trafficRouting.istio', got: '"istio"', expected: 'one of none' },
    });
  });
});
