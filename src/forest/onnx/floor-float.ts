const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The largest 32-bit float that is not above a number. */
export function floorFloat(value: number): number {
  float[0] = value;
  if (float[0] <= value) return float[0];
  // the next float down: bits of a positive one count down, those of a negative one up; below 0 is the smallest negative
  if (value > 0) bits[0]--;
  else if (float[0] === 0) bits[0] = 0x80000001 | 0;
  else bits[0]++;
  return float[0];
}
