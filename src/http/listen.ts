import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How many ports after the default one are tried. */
const NEXT_PORTS_MAX = 20;

/**
 * Listens, and answers the address as a URL.
 * @param isDefault the port was not asked for: when it is taken, the next free one serves as well
 * @throws Error naming the port, when one that was asked for is taken
 */
export async function listenOn(app: FastifyInstance, host: string, port: number, isDefault: boolean): Promise<string> {
  const last = isDefault && port !== 0 ? port + NEXT_PORTS_MAX : port;
  for (let next = port; ; next += 1) {
    try {
      await app.listen({ host, port: next });
      return urlOf(host, app.server.address() as AddressInfo);
    } catch (error) {
      if (!isPortTaken(error)) throw error;
      if (next === last)
        throw new Error(`Port ${port} on ${host} is taken. Set PORT to another one.`, { cause: error });
    }
  }
}

const isPortTaken = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** An address that listens everywhere is reached by name on this machine. */
function urlOf(host: string, { port }: AddressInfo): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
