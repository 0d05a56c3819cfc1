// The list of relays from the user's own table, by the map that the catalog keeps.
import type { CameraProblem, CameraTable } from '../../camera-table/collect-cameras.ts';
import type { CameraListRead } from './restream-deps.ts';

export function listOfTable({ cameras, disabled, problems }: CameraTable): CameraListRead {
  return {
    cameras: cameras.map(({ cameraId, spec, credentials }) => ({
      cameraId,
      spec,
      ...(credentials ? { credentials } : {}),
    })),
    switchedOff: disabled.map(({ cameraId }) => cameraId),
    illDescribed: problems.flatMap(({ id }) => (id === undefined ? [] : [id])),
    problems: problems.map(problemText),
  };
}

const problemText = ({ row, id, field, message }: CameraProblem): string =>
  `${id === undefined ? `row ${row}` : `camera ${id}`}, ${field}: ${message.replace(/\.$/, '')}`;
