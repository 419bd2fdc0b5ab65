export type Matcher = { readonly label: string; readonly operator: '=' | '!=' | '=~' | '!~'; readonly value: string };

export type Selector = { readonly kind: 'selector'; readonly matchers: readonly Matcher[]; readonly rangeMs: number | undefined };

export type Aggregation = {
  readonly kind: 'aggregation';
  readonly operator: string;
  readonly grouping: { readonly by: boolean; readonly labels: readonly string[] };
  readonly of: Expression;
};

export type Binary = {
  readonly kind: 'binary';
  readonly operator: string;
  /** A comparison that answers 0 or 1 instead of filtering. */
  readonly bool: boolean;
  readonly left: Expression;
  readonly right: Expression;
};

/** The syntax of a query of the subset. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'negation'; readonly of: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly of: Expression }
  | Selector
  | Aggregation
  | Binary;
