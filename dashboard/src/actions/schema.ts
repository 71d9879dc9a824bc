import { queryOptions } from '@tanstack/react-query';
import { ask } from '../api/client.ts';

/** The fields of each action, read from the API's own description, so that a form has exactly what the API takes. */

export type FieldSchema = {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema;
  readonly anyOf?: readonly FieldSchema[];
  readonly additionalProperties?: boolean | FieldSchema;
  /** Which names the entries may have; any, where there are none. */
  readonly propertyNames?: FieldSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly example?: string;
  readonly required?: readonly string[];
  readonly $ref?: string;
};
type Operation = {
  readonly summary?: string;
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: FieldSchema } } };
};
type Description = {
  readonly paths: Readonly<Record<string, { readonly post?: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, FieldSchema>> };
};

export const descriptionQuery = queryOptions({
  queryKey: ['openapi'],
  queryFn: ({ signal }) => ask<Description>('/openapi.json', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export type Field = { readonly name: string; readonly required: boolean; readonly schema: FieldSchema };
export type ActionForm = { readonly summary: string; readonly fields: readonly Field[] };

function resolved(description: Description, schema: FieldSchema): FieldSchema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (description.components.schemas[name] ?? schema);
}

/** The version is sent by the page and not asked for; what is required is asked for first. */
export function formOf(description: Description, action: string): ActionForm | null {
  const operation = description.paths[`/v1/orders/{number}/actions/${action}`]?.post;
  if (operation === undefined) return null;
  const schema = operation.requestBody?.content['application/json'].schema ?? {};
  const fields = Object.entries(schema.properties ?? {})
    .filter(([name]) => name !== 'expected_version')
    .map(([name, field]) => ({
      name,
      required: schema.required?.includes(name) ?? false,
      schema: resolved(description, field),
    }));
  return { summary: operation.summary ?? action, fields };
}
