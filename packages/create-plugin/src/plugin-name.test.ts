import { describe, expect, it, test } from "vitest";
import { pluginName } from "./plugin-name.js";

test.each([
  { id: "brighten", scope: undefined, package: "kdf-plugin-brighten", className: "Brighten" },
  { id: "grey-world_2.x", scope: "acme", package: "@acme/kdf-plugin-grey-world_2.x", className: "GreyWorld2X" },
  { id: "3d", scope: "@a.b-c", package: "@a.b-c/kdf-plugin-3d", className: "_3d" },
  { id: "a-", scope: undefined, package: "kdf-plugin-a-", className: "A" },
])("$id of $scope is $package, with the class $className", ({ id, scope, ...expected }) => {
  expect(pluginName(id, scope)).toEqual({ id, folder: `kdf-plugin-${id}`, ...expected });
});

const refused = (id: string, scope?: string): unknown => {
  try {
    return pluginName(id, scope);
  } catch (error) {
    return error;
  }
};

describe("an id is refused, and another one proposed", () => {
  it.each([
    ["", "is empty", "choose another id"],
    ["Brighten", "capital", "brighten"],
    ["greyWorld", "capital", "grey-world"],
    ["grey world", '" "', "grey-world"],
    [" grey", '" "', "grey"],
    ["-grey", '"-"', "grey"],
    ["_grey", '"_"', "grey"],
    ["../grey", '"."', "grey"],
    ["a/b", '"/"', "a-b"],
    ["@acme/grey", '"@"', "acme-grey"],
    ["größe", '"ö"', "gr-e"],
    ["日本", '"日"', "choose another id"],
    ["index", "index.ts", "choose another id"],
    ["x.test", "test", "choose another id"],
    ["a".repeat(101), "101 characters", "choose another id"],
  ])("%j: %s, %s", (id, problem, fix) => {
    expect(refused(id)).toMatchObject({
      code: "KDF_SCAFFOLD_NAME_INVALID",
      explanation: { happened: expect.stringContaining(problem), fix: expect.stringContaining(fix) },
    });
  });

  it("of 100 characters is taken", () => {
    expect(refused("a".repeat(100))).toHaveProperty("id");
  });
});

it.each([
  ["", "choose another scope"],
  ["@", "choose another scope"],
  ["@Acme", "@acme"],
  ["@acme/x", "@acme-x"],
  ["@kdf", "choose another scope"],
  ["kdf", "choose another scope"],
])("the scope %j is refused: %s", (scope, fix) => {
  expect(refused("grey", scope)).toMatchObject({
    code: "KDF_SCAFFOLD_NAME_INVALID",
    explanation: { happened: expect.stringContaining("the scope"), fix: expect.stringContaining(fix) },
  });
});
