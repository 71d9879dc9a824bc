/** A control call that cannot be done; `status` is HTTP's. */
export class ControlFailure extends Error {
  override name = 'ControlFailure';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
