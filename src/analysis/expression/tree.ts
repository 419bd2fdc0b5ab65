/** The syntax of a condition, as expr 1.15.5 parses it. */
export type Node =
  | { readonly kind: 'nil' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Node }
  | BinaryNode
  | { readonly kind: 'choice'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
  | MemberNode
  | { readonly kind: 'chain'; readonly of: Node }
  | { readonly kind: 'slice'; readonly of: Node; readonly from: Node | undefined; readonly to: Node | undefined }
  | { readonly kind: 'call'; readonly callee: Node; readonly args: readonly Node[] }
  | BuiltinNode
  | { readonly kind: 'closure'; readonly body: Node }
  | { readonly kind: 'pointer'; readonly name: string }
  | { readonly kind: 'let'; readonly name: string; readonly value: Node; readonly body: Node }
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly pairs: readonly { readonly key: Node; readonly value: Node }[] };

export type BinaryNode = { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node };
export type MemberNode = { readonly kind: 'member'; readonly of: Node; readonly property: Node; readonly optional: boolean };
export type BuiltinNode = { readonly kind: 'builtin'; readonly name: string; readonly args: readonly Node[] };
