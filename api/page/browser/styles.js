/** @import { Style } from './types.d.ts' */

/** Words that a style adds to the prompts. The form shows them. @type {readonly Style[]} */
export const STYLES = [
  { name: 'Photograph', after: 'photograph, natural light, 50 mm lens, sharp focus', negative: 'drawing, painting' },
  { name: 'Film still', after: 'film still, cinematic light, shallow depth of field, 35 mm' },
  { name: 'Watercolour', after: 'watercolour on rough paper, soft washes, loose edges' },
  { name: 'Oil painting', after: 'oil painting, visible brush strokes, rich colours' },
  { name: 'Ink drawing', after: 'ink drawing, fine lines, cross-hatching, white paper', negative: 'colour' },
  { name: 'Pencil sketch', after: 'pencil sketch, graphite shading, sketchbook page', negative: 'colour' },
  { name: 'Woodcut', after: 'Japanese woodblock print, flat colours, bold outlines' },
  { name: 'Comic', after: 'comic book panel, bold outlines, halftone dots' },
  { name: 'Anime', after: 'anime illustration, clean lines, cel shading' },
  { name: 'Storybook', after: 'children’s book illustration, gouache, warm colours' },
  { name: 'Low poly', after: 'low poly 3D render, soft studio light, pastel colours' },
  { name: 'Pixel art', after: 'pixel art, 16 bit, limited palette', negative: 'blurry' },
];
