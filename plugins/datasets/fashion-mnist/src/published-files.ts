import type { IdxFileName, IdxSums } from "@kdf/data";

/** Lengths and sums of the files, as the authors publish them and as this package ships a part of them. */
export const fullSums: IdxSums = {
  "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
  "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
  "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
  "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
};

/** The .gz files on the authors' server; the md5 sums are those of their README. */
export const packedFiles: Readonly<Record<IdxFileName, { readonly size: number; readonly md5: string; readonly sha256: string }>> = {
  "train-images-idx3-ubyte": {
    size: 26_421_880,
    md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
  },
  "train-labels-idx1-ubyte": {
    size: 29_515,
    md5: "25c81989df183df01b3e8a0aad5dffbe",
    sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
  },
  "t10k-images-idx3-ubyte": {
    size: 4_422_102,
    md5: "bef4ecab320f06d8554ea6380940ec79",
    sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
  },
  "t10k-labels-idx1-ubyte": {
    size: 5_148,
    md5: "bb300cfdad3c16e7a12a480ee83cd310",
    sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
  },
};

/** The files in this package: the first 10,000 and 2,000 images, made by scripts/make-subset.mjs. */
export const subsetSums: IdxSums = {
  "train-images-idx3-ubyte": "ed2e37ed5a3a57d212141a69fe0a0de5a7126ffba14ac3f7e76f5f52cc04b1f0",
  "train-labels-idx1-ubyte": "a69f2dad024ca220a8c4d85f621fdf929042d40c444abde2868903e9220ad517",
  "t10k-images-idx3-ubyte": "862035b0a96959b614c9574f4c2b0ae9584ca234813e8d6d7adb7838b12ca46b",
  "t10k-labels-idx1-ubyte": "aa3f574d30afaf0d4d9da084a6f8541771e20693d6a97fae6e9a4953fca8f078",
};
