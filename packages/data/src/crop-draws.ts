/**
 * Uniform numbers that the random resized crop of one image takes: it is tried ten times, as in torchvision, and each try
 * takes the share of the area, the ratio of the sides, the row and the column.
 */
export const cropDraws = 4 * 10;
