/** The attribute that says of a user what a field of it says: `user.id` of `id`. https://opentelemetry.io/docs/specs/semconv/registry/attributes/user/ */
export function userAttribute(field: string): string {
  return field === 'username' ? 'user.name' : `user.${field}`;
}
