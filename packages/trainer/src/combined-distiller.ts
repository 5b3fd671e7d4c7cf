/** Several distillers as one: `--distiller crd+kd`. docs/adr/0013 has the rule. */
import {
  canonicalJson,
  distillerMisfit,
  type Distiller,
  type DistillerSubject,
  type ExtraView,
  type LossContext,
  type PreparedDistiller,
  type Role,
  type Stage,
  type StateUpdate,
  type TensorLike,
  type Views,
} from "@kdf/core";
import { disposeAll } from "@kdf/tensor";
import { callHook } from "./hook.js";

export interface NamedDistiller {
  readonly id: string;
  readonly distiller: Distiller;
}

/** A distiller of the combination, prepared. */
interface Part {
  readonly id: string;
  readonly prepared: PreparedDistiller;
}

/** What a part does in a stage of the combination. */
interface Share {
  readonly part: Part;
  /** The part's own stage. */
  readonly own: Stage;
  /** Terms that an earlier part has too: computed and let go. */
  readonly surplus: ReadonlySet<string>;
}

interface CombinedStage {
  readonly stage: Stage;
  readonly shares: readonly Share[];
}

/**
 * Distillers that teach one student together. Extras and state have the part's id before their names, terms keep theirs: one
 * that several parts have is the first one's, and weighs as that one says. The last stages of all parts are one; the stages
 * before them come one after another, in the order of the parts.
 */
export class CombinedDistiller implements Distiller {
  readonly #distillers: readonly NamedDistiller[];

  /** Of different ids, at least one. */
  constructor(distillers: readonly NamedDistiller[]) {
    this.#distillers = distillers;
  }

  /** Throws what a part throws, and KDF_DISTILLER_MISFIT where two want different things of the stage that they share. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const parts: Part[] = [];
    try {
      for (const { id, distiller } of this.#distillers) {
        const site = { plugin: `distiller ${id}`, hook: "prepare", where: `in ${this.#id}` };
        parts.push({ id, prepared: callHook(site, () => distiller.prepare(subject)) });
      }
      return combine(this.#id, parts);
    } catch (error) {
      for (const { prepared } of parts) {
        for (const extra of Object.values(prepared.extras)) extra.dispose();
        disposeAll(prepared.state as Record<string, TensorLike>);
      }
      throw error;
    }
  }

  get #id(): string {
    return this.#distillers.map(({ id }) => id).join("+");
  }
}

function combine(id: string, parts: readonly Part[]): PreparedDistiller {
  const stages = [...parts.flatMap(earlierStages), lastStage(id, parts)];
  const at = (stage: string): readonly Share[] => stages.find((one) => one.stage.id === stage)!.shares;
  return {
    taps: { teacher: union(parts.map(({ prepared }) => prepared.taps.teacher)), student: union(parts.map(({ prepared }) => prepared.taps.student)) },
    extras: named(parts, ({ extras }) => extras),
    state: named(parts, ({ state }) => state),
    hostState: named(parts, ({ hostState = {} }) => hostState),
    views: viewsOf(id, parts),
    stages: stages.map(({ stage }) => stage),
    losses: (views, context) => {
      const terms: Record<string, TensorLike> = {};
      for (const share of at(context.stage)) {
        for (const [term, value] of Object.entries(share.part.prepared.losses(seenBy(share, views), contextOf(share, context)))) {
          if (share.surplus.has(term)) value.dispose();
          else terms[term] = value;
        }
      }
      return terms;
    },
    weight: (term, position) => {
      const { part, own } = at(position.stage).find((share) => share.own.losses.includes(term))!;
      return part.prepared.weight(term, { ...position, stage: own.id });
    },
    ...(parts.some(({ prepared }) => prepared.update !== undefined) && {
      update: (views, context) => {
        const updates: Record<string, StateUpdate> = {};
        for (const share of at(context.stage)) {
          const own = share.part.prepared.update?.(seenBy(share, views), contextOf(share, context)) ?? {};
          for (const [name, update] of Object.entries(own)) updates[`${share.part.id}.${name}`] = update;
        }
        return updates;
      },
    }),
  };
}

function earlierStages(part: Part): CombinedStage[] {
  return part.prepared.stages.slice(0, -1).map((own) => ({
    stage: { ...own, id: `${part.id}.${own.id}`, trains: trainedBy(part, own) },
    shares: [{ part, own, surplus: new Set() }],
  }));
}

function lastStage(id: string, parts: readonly Part[]): CombinedStage {
  const shares: Share[] = [];
  const terms = new Set<string>();
  for (const part of parts) {
    const own = part.prepared.stages.at(-1)!;
    shares.push({ part, own, surplus: new Set(own.losses.filter((term) => terms.has(term))) });
    own.losses.forEach((term) => terms.add(term));
  }
  const roles = shares.every(({ own }) => own.roles !== undefined) ? union(shares.map(({ own }) => own.roles!)) : undefined;
  const optimizer = Object.fromEntries(
    union(shares.map(({ own }) => Object.keys(own.optimizer ?? {}))).map((key) => [
      key,
      agreed(id, shares, `optimizer's ${key}`, ({ optimizer: wanted }) => (wanted as Readonly<Record<string, unknown>> | undefined)?.[key]),
    ]),
  );
  const schedule = agreed(id, shares, "schedule", (own) => own.schedule);
  const epochs = agreed(id, shares, "epochs", (own) => own.epochs);
  return {
    stage: {
      id: union(shares.map(({ own }) => [own.id])).join("+"),
      trains: union(shares.map(({ part, own }) => trainedBy(part, own))),
      views: union(shares.map(({ own }) => own.views)),
      ...(roles && { roles }),
      losses: [...terms],
      ...(Object.keys(optimizer).length > 0 && { optimizer }),
      ...(schedule && { schedule }),
      ...(epochs !== undefined && { epochs }),
    },
    shares,
  };
}

/** What the parts that say something of their last stage say alike; undefined where none does. KDF_DISTILLER_MISFIT. */
function agreed<Value>(id: string, shares: readonly Share[], what: string, wanted: (own: Stage) => Value | undefined): Value | undefined {
  const said = shares.flatMap(({ part, own }) => {
    const value = wanted(own);
    return value === undefined ? [] : [{ part: part.id, value, text: canonicalJson(value) }];
  });
  const [first] = said;
  const other = said.find(({ text }) => text !== first!.text);
  if (other === undefined) return first?.value;
  throw distillerMisfit({
    distiller: id,
    problem: `in the stage that they share, ${first!.part} wants the ${what} ${first!.text}, and ${other.part} ${other.text}`,
    expected: "parts that want the same of their last stages, or do not care",
    fix: `leave one of them out, or give them options under which they agree`,
  });
}

function viewsOf(id: string, parts: readonly Part[]): ExtraView[] {
  const owners = new Map<string, string>();
  for (const { id: part, prepared } of parts) {
    for (const view of prepared.views) {
      const owner = owners.get(view.id);
      if (owner !== undefined) {
        throw distillerMisfit({
          distiller: id,
          problem: `${owner} and ${part} both make a view named ${view.id}`,
          expected: "parts whose views have different names",
          fix: "leave one of them out",
        });
      }
      owners.set(view.id, part);
    }
  }
  return parts.flatMap(({ prepared }) => prepared.views);
}

const trainedBy = ({ id }: Part, own: Stage): string[] =>
  own.trains.map((prefix) => (prefix === "extras" || prefix.startsWith("extras.") ? prefix.replace("extras", `extras.${id}`) : prefix));

/** The views that the part's own stage names. */
const seenBy = ({ own }: Share, views: Views): Views => Object.fromEntries(own.views.flatMap((view) => (views[view] ? [[view, views[view]]] : [])));

function contextOf({ part, own }: Share, context: LossContext): LossContext {
  const state = Object.keys(part.prepared.state).map((name) => [name, context.state[`${part.id}.${name}`]!]);
  return { ...context, stage: own.id, state: Object.fromEntries(state) };
}

function named<Thing>(parts: readonly Part[], of: (prepared: PreparedDistiller) => Readonly<Record<string, Thing>>): Record<string, Thing> {
  return Object.fromEntries(parts.flatMap(({ id, prepared }) => Object.entries(of(prepared)).map(([name, thing]) => [`${id}.${name}`, thing])));
}

const union = <Text extends string | Role>(lists: readonly (readonly Text[])[]): Text[] => [...new Set(lists.flat())];
