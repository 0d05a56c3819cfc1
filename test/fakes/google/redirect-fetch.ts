// Google's own client, led to the stand-in: the hosts of its hard-coded addresses are replaced, paths stay as they are.

const ofGoogle = /^(?:[\w-]+\.)?googleapis\.com$|^(?:accounts|oauth2)\.google\.com$/;

/** A `fetchImplementation` for the transporter of an auth client; other hosts than Google's are refused. */
export const fetchFrom =
  (fakeUrl: string): typeof fetch =>
  async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const isFake = url.origin === fakeUrl;
    if (!isFake && !ofGoogle.test(url.hostname))
      throw new Error(`${url.hostname} is not one of Google's hosts`);
    const target = new URL(url.pathname + url.search, fakeUrl);
    return fetch(target, init);
  };
