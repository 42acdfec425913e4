import type { OptionDescription } from "../../src/search/options.ts";
import { missingKnowledge, STRATEGY_OPTIONS, type StrategyOptions, strategy } from "../../src/search/strategies.ts";
import { knowledgeOf, type SearchSetting } from "../../src/search/strategy.ts";
import { searchSpace } from "../../src/spaces/registry.ts";
import type { SpaceName } from "../../src/spaces/space.ts";
import type { Settings } from "./settings.ts";

/** What the defaults of a strategy depend on, as the page is set. @param accuracy whether the searched metric is one */
export const settingOn = (
  { searchProtocol, points }: Pick<Settings, "searchProtocol" | "points">,
  space: SpaceName,
  accuracy: boolean,
): SearchSetting => ({ protocol: searchProtocol, space, accuracy, points });

/** Options that were changed, as they stand in the settings: "population=50,sample=5". What has no name or no value is passed over. */
export function readOptions(text: string): StrategyOptions {
  const pairs = text.split(",").flatMap((part) => {
    const [, name, value] = /^\s*([A-Za-z]\w*)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined) return [];
    const number = Number(value);
    return [[name, Number.isFinite(number) ? number : value] as const];
  });
  return Object.fromEntries(pairs);
}

export const writeOptions = (options: StrategyOptions): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");

/** An option with its value on the page. */
export interface OptionField extends OptionDescription {
  readonly initial: number | string;
  readonly value: number | string;
}

/** The options of the chosen strategy. Options in the settings that it does not have are left to `strategyProblem` to tell. */
export function optionFields({ strategy: name, options }: Pick<Settings, "strategy" | "options">, setting: SearchSetting) {
  const defaults = strategy(name, setting).options;
  const changed = readOptions(options);
  return STRATEGY_OPTIONS[name].map((described): OptionField => {
    const initial = defaults[described.name] as number | string;
    return { ...described, initial, value: changed[described.name] ?? initial };
  });
}

/** The settings' options with another value of one; a default is not written down. */
export function withOption(options: string, { name, initial }: Pick<OptionField, "name" | "initial">, text: string): string {
  const { [name]: _before, ...others } = readOptions(options);
  const written = readOptions(`${name}=${text}`)[name];
  return writeOptions(written === undefined || written === initial ? others : { ...others, [name]: written });
}

/** Why the strategy cannot run as it is set, in one sentence. */
export function strategyProblem(
  { strategy: name, options }: Pick<Settings, "strategy" | "options">,
  setting: SearchSetting,
): string | undefined {
  try {
    const chosen = strategy(name, setting, readOptions(options));
    const missing = setting.space && missingKnowledge(chosen, knowledgeOf(searchSpace(setting.space)));
    if (missing !== undefined) return missing;
    if (!chosen.needs.points || setting.points !== "none") return undefined;
    return "This strategy learns from points: let it search the map's embedding or an encoding.";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
