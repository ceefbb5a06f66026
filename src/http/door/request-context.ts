/** What a request carries while it is answered on the thread of the connections. */
import type { FastifyRequest } from 'fastify';
import type { ChangeSource } from '../../domain/change.ts';
import { createContext, type Services } from '../../schema/builder/context.ts';
import { reportFault } from '../edge/edge-error.ts';
import type { RequestContext } from '../graphql/execute.ts';

export function contextOf(request: FastifyRequest, source: ChangeSource, services: Services): RequestContext {
  return {
    ...createContext(request.caller, source, services),
    reportFault: (error) => reportFault(error, request),
    noteCode: (code) => (request.errorCode ??= code),
    noteProblem: (problem) => (request.problems = [...(request.problems ?? []), problem]),
  };
}
