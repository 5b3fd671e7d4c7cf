export type { Gallery, GalleryColumn, GalleryPicture, GalleryRow } from "./gallery.js";
export { galleryHtml } from "./gallery-html.js";
export { galleryPng } from "./gallery-png.js";
