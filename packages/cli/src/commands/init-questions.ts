import { isCancel, select, text } from "@clack/prompts";
import { candidateNames } from "@kdf/host";
import { suggestedAugmenters, type Start } from "./init-template.js";

/** Asks for what is not chosen yet; undefined where somebody leaves. */
export async function ask(chosen: { readonly [K in keyof Start]: Start[K] | undefined }): Promise<Start | undefined> {
  const spelledOut = chosen.spelledOut ?? (await askForm());
  if (spelledOut === undefined) return undefined;
  const plugins = chosen.plugins ?? (await askPlugins());
  if (plugins === undefined) return undefined;
  const epochs = chosen.epochs ?? (await askEpochs());
  return epochs === undefined ? undefined : { spelledOut, plugins, epochs };
}

async function askForm(): Promise<boolean | undefined> {
  const answer = await select({
    message: "What should the configuration say?",
    options: [
      { value: false, label: "what differs from the quick start", hint: "Fashion-MNIST, a teacher and a small student that ship" },
      { value: true, label: "everything", hint: "the same, spelled out; only the plugins that it names are installed" },
    ],
  });
  return isCancel(answer) ? undefined : answer;
}

async function askPlugins(): Promise<readonly string[] | undefined> {
  const answer = await select<string>({
    message: "Which augmentation?",
    options: [
      ...suggestedAugmenters.map(({ name, hint }) => ({ value: name, label: name, hint })),
      { value: "", label: "none" },
      { value: "?", label: "another", hint: "a plugin from npm" },
    ],
  });
  if (isCancel(answer)) return undefined;
  if (answer !== "?") return answer === "" ? [] : [answer];
  const name = await text({ message: "Its plugin's name", placeholder: "blur, @acme/blur", validate: problemOfName });
  return isCancel(name) ? undefined : [name];
}

function problemOfName(name: string | undefined): string | undefined {
  const candidates = candidateNames(name ?? "");
  return "packages" in candidates && candidates.packages.length > 0 ? undefined : "a short name, or the name of a package";
}

async function askEpochs(): Promise<number | undefined> {
  const answer = await text({
    message: "How many epochs?",
    initialValue: "1",
    validate: (value) => (Number.isInteger(Number(value)) && Number(value) > 0 ? undefined : "a positive whole number"),
  });
  return isCancel(answer) ? undefined : Number(answer);
}
