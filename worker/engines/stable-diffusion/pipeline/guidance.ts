const { fround } = Math;

/**
 * Classifier-free guidance (arXiv:2207.12598), in float32 as torch computes it.
 *
 * @param predictions the model's answer without the prompt, then with it: twice the length of one
 */
export function guide(predictions: Float32Array, guidanceScale: number): Float32Array {
  const length = predictions.length / 2;
  const scale = fround(guidanceScale);
  const guided = new Float32Array(length);
  for (let index = 0; index < length; index++) {
    const without = predictions[index] ?? 0;
    const withPrompt = predictions[index + length] ?? 0;
    guided[index] = without + fround(scale * fround(withPrompt - without));
  }
  return guided;
}

/**
 * The guidance scale as a latent consistency model takes it: sines, then cosines of 1000 times (scale - 1), as
 * diffusers' `get_guidance_scale_embedding`.
 */
export function embedGuidance(guidanceScale: number, width: number): Float32Array {
  const half = Math.floor(width / 2);
  const fall = Math.log(10_000) / (half - 1);
  const embedding = new Float32Array(width);
  for (let index = 0; index < half; index++) {
    const angle = fround(fround(fround(guidanceScale - 1) * 1000) * fround(Math.exp(-fall * index)));
    embedding[index] = Math.sin(angle);
    embedding[index + half] = Math.cos(angle);
  }
  return embedding;
}
