// Calls functions of generated modules with the arguments on standard input, and prints what each gives or refuses.
import { readFileSync } from 'node:fs';

const modules = {};
const answers = [];
for (const [file, name, given] of JSON.parse(readFileSync(0, 'utf8'), revived)) {
  modules[file] ??= await import(`./${file}.js`);
  try {
    answers.push({ value: modules[file][name](...given) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    answers.push({ refused: error.message });
  }
}
console.log(JSON.stringify(answers, coded));

function revived(_, value) {
  if (typeof value !== 'object' || value === null) return value;
  if ('$bigint' in value) return BigInt(value.$bigint);
  if ('$set' in value) return new Set(value.$set);
  return '$bytes' in value ? Uint8Array.from(value.$bytes) : value;
}
function coded(key, value) {
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (value instanceof Set) return { $set: [...value] };
  return value instanceof Uint8Array ? { $bytes: [...value] } : value;
}
