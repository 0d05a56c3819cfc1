// What the token endpoint says, in OAuth's own form (RFC 6749), which is not that of the APIs.

export interface OauthAnswer {
  status: number;
  body: Record<string, unknown>;
}

export const oauthError = (status: number, error: string, description: string): OauthAnswer => ({
  status,
  body: { error, error_description: description },
});
