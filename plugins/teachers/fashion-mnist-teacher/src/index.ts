import { fileURLToPath } from "node:url";
import { define, definePlugin, type Json, type Teacher } from "@kdf/core";
import { openTeacher } from "@kdf/nn";
import { z } from "zod";

const options = z.strictObject({});

export default definePlugin({
  id: "fashion-mnist-teacher",
  provides: {
    teacher: {
      "fashion-mnist-teacher": define<Teacher, z.infer<typeof options>>({
        summary: "ResNet-14 for Fashion-MNIST, trained by kdf; its validation split never trained",
        options,
        create: (_, context) => ({
          open: () =>
            openTeacher({
              file: fileURLToPath(new URL("../weights/resnet14.safetensors", import.meta.url)),
              createNetwork: (id: string, given: Json) => context.create("network", id, given),
            }),
        }),
      }),
    },
  },
});
