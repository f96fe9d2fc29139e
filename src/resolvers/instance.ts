/** All fields of a GraphQL class, as plain data. */
type FieldsOf<Type> = { readonly [Field in keyof Type]: Type[Field] };

/** An instance of a GraphQL class with every field given: interfaces find an object's type by its class. */
export const instance = <Type extends object>(type: new () => Type, fields: FieldsOf<Type>): Type =>
  Object.assign(new type(), fields);
