/**
 * No metadata is emitted, so tsyringe knows of a constructor's parameters only what `@inject` says (docs/adr/0001).
 * A parameter without it compiles, and fails when the class is first constructed: this rule says so at once.
 */

/** @typedef {import("@typescript-eslint/utils").TSESTree.Decorator} Decorator */
/** @typedef {import("@typescript-eslint/utils").TSESTree.ClassDeclaration} ClassDeclaration */
/** @typedef {import("@typescript-eslint/utils").TSESTree.ClassExpression} ClassExpression */

/** @param {Decorator} decorator */
function nameOf(decorator) {
  const called = decorator.expression.type === "CallExpression" ? decorator.expression.callee : decorator.expression;
  return called.type === "Identifier" ? called.name : undefined;
}

/** @param {readonly Decorator[]} decorators @param {string} name */
const carries = (decorators, name) => decorators.some((decorator) => nameOf(decorator) === name);

/** @type {import("@typescript-eslint/utils").TSESLint.RuleModule<"missing">} */
export const injectEveryParameter = {
  meta: {
    type: "problem",
    schema: [],
    docs: { description: "demand @inject(token) on each constructor parameter of an @injectable class" },
    messages: {
      missing: "Write @inject(token) before this parameter: an @injectable class is constructed from tokens alone.",
    },
  },
  defaultOptions: [],
  create(context) {
    /** @param {ClassDeclaration | ClassExpression} node */
    function check(node) {
      if (!carries(node.decorators, "injectable")) return;
      for (const member of node.body.body) {
        if (member.type !== "MethodDefinition" || member.kind !== "constructor") continue;
        for (const parameter of member.value.params) {
          if (!carries(parameter.decorators, "inject")) context.report({ node: parameter, messageId: "missing" });
        }
      }
    }
    return { ClassDeclaration: check, ClassExpression: check };
  },
};
