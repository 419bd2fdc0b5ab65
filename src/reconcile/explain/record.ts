import * as z from 'zod';

/** The version of the shape below: fields may be added to it; a field that changes its meaning or goes makes a new version. */
export const explanationVersion = 'windlass.dev/explanation/v1';

const text = (meaning: string) => z.string().describe(meaning);
const list = <Item extends z.ZodType>(item: Item, meaning: string) => z.array(item).readonly().describe(meaning);

const Reference = z
  .object({ tag: z.string().optional(), digest: z.string().optional() })
  .readonly()
  .describe('What stands behind an image name: a tag, a digest or both');

const Verdict = z.enum(['chosen', 'eligible', 'dropped', 'held']);

const Tag = z
  .object({
    tag: z.string(),
    verdict: Verdict,
    because: text('The rule in one sentence'),
    rule: text('The rule in one word, such as allow-tags, constraint, below, hold, min-age').optional(),
    until: text('When a rule of time lets the tag pass').optional(),
  })
  .readonly();

const RuleGroup = z
  .object({
    rule: text('As in tags').optional(),
    verdict: Verdict,
    count: z.int().describe('How many tags'),
    examples: list(z.string(), 'At most three of them, the highest first'),
    because: text('The sentence; <tag> stands for each tag where there are several'),
    until: text('The earliest moment at which one of them passes').optional(),
  })
  .readonly();
export type RuleGroup = z.infer<typeof RuleGroup>;

const Hold = z
  .looseObject({
    image: z.string(),
    tag: z.string().optional(),
    digests: z.array(z.string()).readonly(),
    verdict: z.string(),
    because: z.string(),
    since: z.string(),
    until: z.string().optional(),
  })
  .readonly()
  .describe('An entry of the holds file');

const Commit = z
  .union([
    z.object({ message: z.string(), file: z.string(), was: z.string(), text: z.string() }).readonly(),
    z.object({ because: z.string() }).readonly(),
  ])
  .describe('What would be committed, or why nothing could be');

const Running = z
  .object({
    live: z.enum(['yes', 'no', 'unknown']).describe('Whether the Application renders this image: what it does not render is not raised'),
    because: z.string(),
    found: list(
      z
        .object({
          tag: z.string().optional(),
          digest: text('Of the image that the node pulled').optional(),
          pods: z.int(),
          by: text('The workload, such as Rollout shop/web'),
        })
        .readonly(),
      'What the pods run; with 0 pods, what a ReplicaSet wants to run',
    ),
  })
  .readonly();
export type Running = z.infer<typeof Running>;

const Budget = z
  .object({ remaining: z.number().optional(), until: z.string().optional(), because: z.string() })
  .readonly()
  .describe('What the registry still allows, where it says so');

const Asked = z
  .object({
    listedAt: z.string(),
    tags: z.int().describe('How many the registry listed'),
    complete: z.boolean(),
    budget: Budget.optional(),
  })
  .readonly();

const Choice = z
  .object({
    kind: z.enum(['raise', 'keep', 'refused', 'undecided']).describe('undecided: a fact could not be had'),
    to: z
      .object({ tag: z.string().optional(), digest: z.string().optional(), children: z.array(z.string()).readonly().optional() })
      .readonly()
      .optional(),
    because: z.string(),
    rule: text('What keeps it, where that may surprise: person, held, paused and the like').optional(),
  })
  .readonly();

const Question = z
  .object({ function: z.literal('guard'), question: z.unknown(), now: z.number() })
  .readonly()
  .describe('What `windlass replay` takes; its inside may change with any release');

const Image = z
  .object({
    image: text('Canonical name'),
    written: text('As the annotation spells it'),
    alias: z.string().optional(),
    asks: text('The policy of the annotations in words'),
    place: text('Repository, branch, file and path where the tag is written').optional(),
    git: Reference.optional().describe('What Git says at the place; absent where it says nothing or could not be read'),
    running: Running,
    choice: Choice,
    changes: list(z.string(), 'What would change the choice; empty where it will be written'),
    commit: Commit.optional(),
    holds: list(Hold, 'Holds of the place'),
    registry: Asked.optional(),
    budget: Budget.optional().describe('What the registry still allows, where its tags could not be listed'),
    rules: list(RuleGroup, 'All tags, grouped by the rule that decided'),
    tags: list(Tag, 'Each tag, in the order of the listing'),
    question: Question.optional(),
  })
  .readonly();
export type ExplainedImage = z.infer<typeof Image>;

/** Why an Application runs what it runs, as `explain -o json` and the HTTP API give it. Times are ISO 8601 in UTC. */
export const Explanation = z
  .object({
    apiVersion: z.literal(explanationVersion),
    application: text('NAMESPACE/NAME'),
    kind: z.enum(['managed', 'unmanaged', 'refused']).describe('unmanaged: no image-list; refused: the annotations cannot be carried out'),
    repository: z.string().optional(),
    branch: z.string().optional(),
    head: text('The commit that was decided on').optional(),
    poll: z
      .object({ everyMs: z.number(), nextAt: text('Where the running service was asked').optional() })
      .readonly()
      .describe('When the registries are asked again; a webhook or a change comes sooner'),
    conditions: list(z.object({ type: z.string(), message: z.string() }).readonly(), 'What the Application shows'),
    sync: z.object({ status: z.string(), revision: z.string(), health: z.string() }).readonly(),
    rollouts: list(z.object({ name: z.string(), phase: z.string(), message: z.string() }).readonly(), 'Its Rollouts'),
    images: list(Image, 'One entry for each watched image'),
  })
  .readonly();
export type Explanation = z.infer<typeof Explanation>;

/** The version of the shape of `try -o json`. */
export const trialVersion = 'windlass.dev/trial/v1';

/** What a policy decides without an Application, as `try -o json` gives it. */
export const Trial = z
  .object({
    apiVersion: z.literal(trialVersion),
    image: text('Canonical name'),
    asks: text('The policy in words'),
    asOf: text('The moment that was decided for'),
    current: Reference.optional(),
    choice: Choice,
    changes: list(z.string(), 'What would change the choice'),
    registry: Asked,
    rules: list(RuleGroup, 'All tags, grouped by the rule that decided'),
    tags: list(Tag, 'Each tag, in the order of the listing'),
    notes: list(z.string(), 'What a person should know of how it was decided'),
    question: Question,
  })
  .readonly();
export type Trial = z.infer<typeof Trial>;
