// Names of classes as Keras 3 writes them in its store. Read first: keras-zip.ts.

/** Keras's `to_snake_case`: `BatchNormalization` is `batch_normalization`, `Conv2D` is `conv2d`. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
