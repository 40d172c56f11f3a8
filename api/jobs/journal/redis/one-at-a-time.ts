/** Runs tasks of the same name one after the other, and those of other names meanwhile. */
export type OneAtATime = <T>(name: string, task: () => Promise<T>) => Promise<T>;

export function createOneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>();
  return async (name, task) => {
    const before = last.get(name);
    // However the one before it ended, it is over.
    const mine = before === undefined ? task() : before.then(task, task);
    last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (last.get(name) === mine) last.delete(name);
    }
  };
}
