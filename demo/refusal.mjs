/** What a customer got wrong: answered with a 4xx, and no error of the shop. */
export class Refusal extends Error {
  name = 'Refusal';

  constructor(status, message) {
    super(message);
    this.status = status;
  }
}
