import { changeParametersSchema, changeTrafficSchema } from '@penstock/api';
import type { ChangeParts } from '../changes/parts.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { readChangeTraffic } from './traffic-store.ts';

/** Traffic that a change declares, against thresholds and against what came: changes and counts are rooms of one floor. */
export function declaredTrafficRoutes(parts: ChangeParts): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/changes/:change/traffic',
      {
        config: { access: 'changes.see' },
        schema: { params: changeParametersSchema, response: { 200: changeTrafficSchema } },
      },
      (request) => readChangeTraffic(parts, viewerOf(request), request.params.change),
    );
  };
}
