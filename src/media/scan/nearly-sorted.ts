// Sorts presentation times, which reordering has moved by a few places only: an insertion sort beats the general one by ten times.

/** Moves that insertion may cost for each element before the general sort takes over. */
const movesPerElement = 16;

/** Sorts in place, ascending, and answers the same array. */
export function sortNearlySorted(times: Float64Array): Float64Array {
  let movesLeft = times.length * movesPerElement;
  for (let index = 1; index < times.length; index++) {
    const value = times[index]!;
    let place = index;
    while (place > 0 && times[place - 1]! > value) {
      times[place] = times[place - 1]!;
      place--;
    }
    times[place] = value;
    movesLeft -= index - place;
    if (movesLeft < 0) return times.sort();
  }
  return times;
}
