// Servers choose ports before they bind them: one that met a taken port is started again on others.

const mostTries = 5;
const portSigns = /is taken|EADDRINUSE|address already in use|while starting/;

export async function startAgain<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      if (tries === mostTries || !portSigns.test(String(error))) throw error;
    }
  }
}
