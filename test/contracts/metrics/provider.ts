import { describe, expect, it } from 'vitest';
import { freePort } from '../programs.ts';
import type { MetricsStage } from './stage.ts';
import { withoutPlace } from './stage.ts';

/** What our Prometheus provider makes of a server's answers. */
export function describeProvider(stage: MetricsStage): void {
  describe('our provider', () => {
    it.each([
      ['a vector of one', 'level{room="a"}', '[]float64', '[20.25]'],
      ['a scalar', 'scalar(level{room="a"})', 'float64', '20.25'],
      ['nothing', 'nosuch', '[]float64', '[]'],
      ['nothing in a ratio', 'sum(rate(nosuch[1m])) / sum(rate(level[1m]))', '[]float64', '[]'],
      ['no number', '0 / 0', 'float64', 'NaN'],
      ['no number in a vector', 'level{room="c"}', '[]float64', '[NaN]'],
      ['more than any number', '1 / 0', 'float64', '+Inf'],
      ['less than any number, in a vector', '0 - depth / 0', '[]float64', '[-Inf]'],
      ['a small number', 'small', '[]float64', '[0.0000000015]'],
      ['a large number', 'large', '[]float64', '[10000000000000000000000000]'],
      ['a comparison that lets nothing through', 'level{room="a"} > 100', '[]float64', '[]'],
      ['a comparison as a number', 'level{room="a"} > bool 100', '[]float64', '[0]'],
    ])('%s', async (_, query, type, text) => {
      const measured = await stage.measure(query);
      expect([measured.value.type, measured.text, measured.metadata]).toEqual([type, text, {}]);
    });

    it('several series, without their labels', async () => {
      const { value } = await stage.measure('level');
      expect(value.type).toBe('[]float64');
      expect([value.value].flat().toSorted()).toEqual([-3, 20.25, NaN]);
    });

    it('a range is one list', async () => {
      const { value } = await stage.measure('level{room=~"a|b"}[1m]');
      expect(new Set([value.value].flat())).toEqual(new Set([20.25, -3]));
    });

    it('a text is refused', async () => {
      await expect(stage.measure('"text"')).rejects.toMatchObject({
        code: 'rejected',
        message: expect.stringContaining('the query answers a string, and a metric must be a scalar, a vector or a matrix') as string,
      });
    });

    it('a query that cannot be read is rejected with what the server says', async () => {
      const failure: unknown = await stage.measure('sum(level').catch((thrown: unknown) => thrown);
      expect(failure).toMatchObject({ code: 'rejected' });
      expect(withoutPlace((failure as Error).message)).toMatch(
        new RegExp(`^${new URL(stage.url).host} answered 400: bad_data: invalid parameter "query": parse error: un`),
      );
    });

    it('a query that cannot be answered is rejected with what the server says', async () => {
      await expect(stage.measure('level + {__name__=~"depth|level",room="a"}')).rejects.toMatchObject({
        code: 'rejected',
        message: expect.stringContaining('answered 422: execution: found duplicate series') as string,
      });
    });

    it('an answer that is too large is not read to its end', async () => {
      await expect(stage.measure('wide')).rejects.toMatchObject({ code: 'too-large' });
    });

    it('an address that is none of the API', async () => {
      await expect(stage.measure('level', `${stage.url}/nowhere`)).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringContaining('answered 404') as string,
      });
    });

    it('a port without a server is unreachable', async () => {
      await expect(stage.measure('level', `http://127.0.0.1:${await freePort()}`)).rejects.toMatchObject({ code: 'unreachable' });
    });
  });
}
