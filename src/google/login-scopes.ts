// What a person is asked to allow, and what each permission is for.

const scopeUrl = (name: string): string => `https://www.googleapis.com/auth/${name}`;

export interface LoginScope {
  scope: string;
  /** Completes "without it, …". */
  without: string;
}

/** Everything that a lecture touches. `drive`, since `drive.file` does not see a folder that a person made. */
export const browserScopes: readonly LoginScope[] = [
  { scope: scopeUrl('drive'), without: 'nothing is uploaded' },
  { scope: scopeUrl('calendar.events'), without: 'events are neither read nor attached to' },
  { scope: scopeUrl('classroom.courses.readonly'), without: 'courses are not found' },
  { scope: scopeUrl('classroom.announcements'), without: 'nothing is announced in Classroom' },
  { scope: scopeUrl('classroom.courseworkmaterials'), without: 'no material is posted in Classroom' },
  { scope: scopeUrl('spreadsheets.readonly'), without: 'no table of course codes is read' },
];

/** All that Google lets a device without a browser ask for. */
export const deviceScopes: readonly LoginScope[] = [
  { scope: scopeUrl('drive.file'), without: 'nothing is uploaded' },
];
