// What can be wrong with weights in shards, one class a cause; part of errors.ts.
import { ShuffleportError } from '../core/errors.js';
import { printable } from '../core/text.js';

/** An index of shards that breaks its own form. */
export class ShardIndexError extends ShuffleportError {
  readonly tag = 'ShardIndex';
  readonly kind = 'file';
  constructor(where: string, found: string) {
    super({
      what: 'The index of shards (.weights.json) is not as Keras writes it.',
      where,
      found,
      expected: 'a `weight_map` that gives for each layer the shard, or list of shards, that has its variables',
      next: 'save the weights again in Keras: `model.save_weights("x.weights.json", max_shard_size=5)`',
    });
  }
}

/** An index that names a shard anywhere but beside it. */
export class ShardNameError extends ShuffleportError {
  readonly tag = 'ShardName';
  readonly kind = 'file';
  readonly shard: string;
  constructor(where: string, shard: string) {
    super({
      what: 'The index of shards names a file that is not beside it; it is not opened.',
      where,
      found: `"${printable(shard)}"`,
      expected: 'a name without a path, such as "x_00000.weights.h5"',
      next: 'do not trust the file before you know who put the path there: Keras writes none',
    });
    this.shard = shard;
  }
}

/** A shard that cannot be had. */
export class MissingShardError extends ShuffleportError {
  readonly tag = 'MissingShard';
  readonly kind = 'file';
  readonly shard: string;
  constructor(where: string, shard: string, reason: string, options?: ErrorOptions) {
    super(
      {
        what: `The shard "${printable(shard)}" cannot be opened, and the weights are not whole without it.`,
        where,
        found: reason,
        next: 'put every shard that the index lists into the same folder as the index, under the name it has there',
      },
      options,
    );
    this.shard = shard;
  }
}

/** A shard that does not hold what its index says: they were not saved together. */
export class ShardMismatchError extends ShuffleportError {
  readonly tag = 'ShardMismatch';
  readonly kind = 'file';
  readonly shard: string;
  constructor(where: string, shard: string, layer: string, found: string, expected: string) {
    super({
      what: `The shard "${printable(shard)}" does not hold what the index says of "${printable(layer)}".`,
      where,
      found,
      expected,
      next: 'copy the index and all its shards again from one save; files of two saves do not fit together',
    });
    this.shard = shard;
  }
}
