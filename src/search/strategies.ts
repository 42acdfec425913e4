import * as v from "valibot";
import { InputError } from "../errors.ts";
import { describeOptions, expectation } from "./options.ts";
import { bananas } from "./strategies/bananas.ts";
import { dngo } from "./strategies/dngo.ts";
import { evolution } from "./strategies/evolution.ts";
import { gp } from "./strategies/gp.ts";
import { latentBo } from "./strategies/latent-bo.ts";
import { localSearch } from "./strategies/local-search.ts";
import { random } from "./strategies/random.ts";
import { reinforce } from "./strategies/reinforce.ts";
import { reinforceCategorical } from "./strategies/reinforce-categorical.ts";
import { supervisedBo } from "./strategies/supervised-bo.ts";
import { supervisedReinforce } from "./strategies/supervised-reinforce.ts";
import type { Needs, SearchSetting, SpaceKnowledge, Strategy, StrategyContext, StrategyDefinition } from "./strategy.ts";

/** Options as they stand in files and on the wire. */
export type StrategyOptions = Readonly<Record<string, number | string>>;

/** A strategy with its options settled, ready to be made for an embedding. */
export interface ChosenStrategy {
  readonly name: StrategyName;
  readonly title: string;
  /** All options, defaults filled in. */
  readonly options: StrategyOptions;
  readonly needs: Needs;
  create(context: Omit<StrategyContext<unknown>, "options">): Strategy;
}

type Choose = (name: StrategyName, setting: SearchSetting, given: StrategyOptions) => ChosenStrategy;

const choose =
  <Options extends object>(definition: StrategyDefinition<Options>): Choose =>
  (name, setting, given) => {
    const defaults = definition.defaults(setting);
    const parsed = v.safeParse(definition.schema, { ...defaults, ...given });
    if (!parsed.success) {
      const [issue] = parsed.issues;
      const option = String(issue.path?.[0]?.key ?? "options");
      if (!(option in defaults)) {
        const known = Object.keys(defaults).join(", ") || "no options";
        throw new InputError(`Strategy ${name} has no option "${option}"; it has ${known}.`);
      }
      const described = describeOptions(definition).find((one) => one.name === option);
      const expected = described ? expectation(described.values) : (issue.expected ?? "another value");
      throw new InputError(`Option ${option} of strategy ${name}: expected ${expected}, found ${issue.received}.`);
    }
    const options = parsed.output;
    return {
      name,
      title: definition.title,
      options: options as unknown as StrategyOptions,
      needs: definition.needs?.(options) ?? { points: true, edits: false },
      create: (context) => definition.create({ ...context, options }),
    };
  };

const register = <Options extends object>(definition: StrategyDefinition<Options>) => ({
  title: definition.title,
  options: describeOptions(definition),
  choose: choose(definition),
});

const REGISTRY = {
  random: register(random),
  evolution: register(evolution),
  "local-search": register(localSearch),
  reinforce: register(reinforce),
  "reinforce-categorical": register(reinforceCategorical),
  bananas: register(bananas),
  bo: register(dngo),
  gp: register(gp),
  "latent-bo": register(latentBo),
  "supervised-bo": register(supervisedBo),
  "supervised-reinforce": register(supervisedReinforce),
} as const;

export type StrategyName = keyof typeof REGISTRY;
export const STRATEGIES = Object.keys(REGISTRY) as readonly StrategyName[];

const ofEach = <T>(take: (entry: (typeof REGISTRY)[StrategyName]) => T): Readonly<Record<StrategyName, T>> =>
  Object.fromEntries(STRATEGIES.map((name) => [name, take(REGISTRY[name])])) as Record<StrategyName, T>;

/** Titles for people, by name. */
export const STRATEGY_TITLES = ofEach(({ title }) => title);
/** What each strategy can be told, for forms and help texts; defaults depend on the setting: `strategy` knows them. */
export const STRATEGY_OPTIONS = ofEach(({ options }) => options);

/**
 * The strategy of that name with the defaults of the setting, overridden by `given`. Throws InputError for an unknown
 * strategy, an unknown option or a value out of range.
 */
export function strategy(name: string, setting: SearchSetting, given: StrategyOptions = {}): ChosenStrategy {
  if (!isStrategyName(name)) throw new InputError(`Strategy: expected one of ${STRATEGIES.join(", ")}, found "${name}".`);
  return REGISTRY[name].choose(name, setting, given);
}

/** What a strategy cannot do without and is not known of the space, in one sentence. */
export function missingKnowledge(
  { name, needs }: Pick<ChosenStrategy, "name" | "needs">,
  { edits, graphs, decisions }: SpaceKnowledge,
): string | undefined {
  if (needs.edits && !edits) {
    return `Strategy ${name} goes by the space's own edits: expected the space, found only points; "nearest" neighbours need no more.`;
  }
  if (needs.graphs && !graphs) return `Strategy ${name} trains an encoder of its own: expected the space, found only points.`;
  if (needs.decisions && !decisions) {
    return `Strategy ${name} decides on every operation and edge by itself: expected NAS-Bench-101 or NAS-Bench-201, of which all cells are listed, found ${graphs ? "a sample" : "only points"}.`;
  }
  return undefined;
}

const isStrategyName = (name: string): name is StrategyName => Object.hasOwn(REGISTRY, name);
