/** Thrown by the calls; `body` is answered as JSON, in the shape Shippo uses for the case. */
export class ShippoFailure extends Error {
  override name = 'ShippoFailure';
  readonly status: number;
  readonly body: object;

  constructor(status: number, body: object) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

export const notFound = (): ShippoFailure => new ShippoFailure(404, { detail: 'Not found.' });

export const invalidField = (field: string, message: string): ShippoFailure =>
  new ShippoFailure(400, { [field]: [message] });

export const missingField = (field: string): ShippoFailure => invalidField(field, 'This field is required.');
